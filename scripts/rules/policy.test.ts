import { expect, it } from "vitest";
import { findUnguarded } from "./policy.ts";

const POLICY = `
export const PAGES = { "/": "anyone", "/payments/[id]": "user" } as const satisfies Record<string, Level>;
export const ROUTES = { "GET /api/orders/[id]": "user", "POST /pay": "user" } as const;
export const ACTIONS = { signOut: "anyone" } as const;`;

/** A small project that keeps the rule. */
const HOUSE: Record<string, string> = {
  "server/identity/policy.ts": POLICY,
  "app/(shop)/page.tsx": "export default function Home() { return null; }",
  "app/payments/[id]/page.tsx":
    'export default async function Page() { const [v] = await Promise.all([authorizePage("/payments/[id]", "/")]); }',
  "app/api/orders/[id]/route.ts":
    'export const GET = route("GET /api/orders/[id]", async () => json(200, {}));\nexport const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/orders/[id]");',
  "app/api/[[...path]]/route.ts":
    'export const { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/[[...path]]");',
  "app/pay/route.ts":
    'export const POST = formRoute<{ orderId: string }>("POST /pay", async () => "/", () => "/");',
  "app/sign-in/actions.ts":
    '"use server";\nexport type S = {};\nexport async function signOut() { await requireAction("signOut"); }',
};

/** What the rule says of the house with some files changed, each finding as "file: sentence". */
function says(changes: Record<string, string>): string[] {
  const files = Object.entries({ ...HOUSE, ...changes });
  const sources = files.filter(([, text]) => text !== "").map(([file, text]) => ({ file, text }));
  return findUnguarded(sources).map((finding) => `${finding.file}: ${finding.says}`);
}

it("a house in which everything calls its guard is left alone", () => {
  expect(says({})).toEqual([]);
});

const PAGE = "app/payments/[id]/page.tsx";
const ROUTE = "app/pay/route.ts";
const ACTIONS = "app/sign-in/actions.ts";
const HOME = "app/(shop)/page.tsx";
it.each([
  ["a page that is not in the policy", "app/new/page.tsx", HOUSE[HOME], "does not stand"],
  ["a page without its guard", PAGE, "export default async function Page() {}", "does not authorize"],
  [
    "a page that does not wait for its guard",
    PAGE,
    'export default async function Page() { authorizePage("/payments/[id]", "/"); }',
    "does not authorize",
  ],
  [
    "a guard that is only called by a function inside the page",
    PAGE,
    'export default function Page() { const later = async () => { await authorizePage("/payments/[id]", "/"); }; }',
    "does not authorize",
  ],
  [
    "a page that calls its guard under another name",
    HOME,
    'export default async function Home() { await authorizePage("/payments/[id]", "/"); }',
    "must be given that",
  ],
  [
    "a page whose component cannot be seen",
    PAGE,
    'export { Page as default } from "./other";',
    "as a function declaration",
  ],
  ["a handler that is a plain function", ROUTE, "export async function POST() {}", "is not made by"],
  [
    "a handler under another's name",
    ROUTE,
    'export const POST = route("GET /api/orders/[id]", async () => {});',
    "is not made by",
  ],
  ["a handler made by something else", ROUTE, 'export const POST = raw("POST /pay");', "is not made"],
  [
    "a method not in the policy",
    "app/q/route.ts",
    'export const PUT = route("PUT /q", h);',
    "does not stand",
  ],
  [
    "a method of an API path that nothing answers",
    "app/api/orders/[id]/route.ts",
    'export const GET = route("GET /api/orders/[id]", h);\nexport const { DELETE, PATCH, PUT } = otherMethods("/api/orders/[id]");',
    "Nothing answers OPTIONS, POST",
  ],
  [
    "several handlers made at once by something else",
    ROUTE,
    'export const { POST } = everything("/pay");',
    "made by otherMethods",
  ],
  [
    "other methods under another's path",
    ROUTE,
    'export const { GET } = otherMethods("/elsewhere");',
    'otherMethods("/pay") only',
  ],
  [
    "a handler taken out of an object",
    ROUTE,
    "export const { POST } = { POST: raw };",
    "made by otherMethods",
  ],
  [
    "an action taken out of what a call returns",
    ACTIONS,
    '"use server";\nexport const { signOut } = actions();',
    "before anything else",
  ],
  ["handlers exported from elsewhere", ROUTE, 'export * from "./other";', "Export each by name"],
  [
    "an action that is not in the policy",
    "app/a.ts",
    '"use server";\nexport async function pay() { await requireAction("pay"); }',
    "does not stand",
  ],
  [
    "an action without its guard",
    ACTIONS,
    '"use server";\nexport async function signOut() { await end(); }',
    "before anything else",
  ],
  [
    "an action that does something before its guard",
    ACTIONS,
    '"use server";\nexport const signOut = async () => { await end(); await requireAction("signOut"); };',
    "before anything else",
  ],
  [
    "an action inside a component",
    "components/form.tsx",
    'export function Form() { async function go() { "use server"; } return go; }',
    "inside other code",
  ],
  [
    "two actions of one name",
    "app/b.ts",
    '"use server";\nexport async function signOut() { await requireAction("signOut"); }',
    "another action",
  ],
])("%s is refused", (_what, file, text = "", sentence) => {
  expect(says({ [file]: text }).join("\n")).toContain(sentence);
});

it("an entry of the policy that nothing is called by is refused", () => {
  expect(says({ [ROUTE]: "" })).toEqual([
    'server/identity/policy.ts: "POST /pay" stands in ROUTES but nothing is called so: remove it.',
  ]);
});
