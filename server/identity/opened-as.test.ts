/** Every form says who it was opened as, and does nothing as anybody else who is signed in by the time it is sent. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { SCOPES } from "@/lib/identity/scopes";
import { readSources } from "@/scripts/rules/source";
import { ADDRESS_HEADER } from "../http/request/address.ts";
import { authorizeAction, requireAction } from "./authorize.ts";
import { ACTIONS, type ActionName, isAllowed, policyOf, ROUTES, type RouteName } from "./policy.ts";
import type { Caller } from "./viewer.ts";

const signedIn = vi.hoisted((): { role: "payer" | "merchant" | "operator" } => ({ role: "merchant" }));
const VIEWER_ID = vi.hoisted(() => "01890000-0000-7000-8000-000000000001");
const viewer = () => ({
  id: VIEWER_ID,
  name: "Alice",
  handle: "alice",
  email: "alice@once.test",
  role: signedIn.role,
});
vi.mock("./viewer.ts", () => ({
  getViewer: async () => viewer(),
  authenticate: async (): Promise<Caller> => ({ user: viewer(), scopes: SCOPES, via: "session" }),
}));
vi.mock("next/headers", () => ({
  headers: async () =>
    new Headers({ "sec-fetch-site": "same-origin", [ADDRESS_HEADER]: "/settings/mail?saved=1" }),
  cookies: async () => ({ set: () => undefined }),
}));
vi.mock("next/navigation", async (original) => ({
  ...(await original<object>()),
  redirect: (path: string) => {
    throw new Error(path);
  },
}));
vi.mock("../http/rate-limits.ts", () => ({
  consumeQuota: async () => ({ isWithin: true, resetSeconds: 0 }),
  enforceQuota: async () => undefined,
  rateLimitHeaders: () => ({}),
}));

const ofSomebody = (Object.keys(ACTIONS) as ActionName[]).filter((name) => ACTIONS[name] !== "anyone");

it.each(ofSomebody)("the action %s does nothing for a form of nobody, or of somebody else", async (name) => {
  const role = ACTIONS[name] === "operator" ? "operator" : "merchant";
  signedIn.role = role;
  const authorize = authorizeAction as (name: ActionName, openedAs?: unknown) => Promise<object>;
  const require = requireAction as (name: ActionName, openedAs?: unknown) => Promise<object>;
  for (const openedAs of [undefined, null, "", randomUUID()]) {
    expect(await authorize(name, openedAs)).toEqual({
      ok: false,
      problem: "other-user",
      signedInAs: "Alice",
    });
    await expect(require(name, openedAs)).rejects.toThrow(
      "/sign-in?next=%2Fsettings%2Fmail%3Fsaved%3D1&notice=other-user",
    );
  }
  expect(isAllowed(ACTIONS[name], role)).toBe(true);
  expect(await authorize(name, VIEWER_ID)).toMatchObject({ ok: true, viewer: { id: VIEWER_ID } });
});

const FORM_ROUTES = (Object.keys(ROUTES) as RouteName[]).filter((name) => /^POST (?!\/api\/)/.test(name));

it.each(FORM_ROUTES)(
  "the form route %s leads to sign-in where its form does not say whose it is",
  async (name) => {
    const path = name.replace("POST ", "");
    signedIn.role = policyOf(name).level === "operator" ? "operator" : "merchant";
    const { POST } = (await import(/* @vite-ignore */ `../../app${path}/route.ts`)) as {
      POST: (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;
    };
    const params = Object.fromEntries([...path.matchAll(/\[(\w+)\]/g)].map(([, one]) => [one, randomUUID()]));
    for (const user of [undefined, randomUUID()]) {
      const request = new Request("https://pay.example/", {
        method: "POST",
        headers: { "sec-fetch-site": "same-origin" },
        body: new URLSearchParams({ ...(user && { user }), key: randomUUID(), intent: randomUUID() }),
      });
      const answer = await POST(request, { params: Promise.resolve(params) });
      expect([answer.status, answer.headers.get("location")]).toEqual([
        303,
        expect.stringMatching(/^\/sign-in\?/),
      ]);
    }
  },
);

/** Forms of actions that are for anyone. */
const FOR_ANYONE = new Set([
  "app/global-error.tsx",
  "app/sign-up/sent/page.tsx",
  "components/home/welcome.tsx",
  "components/sign-in/demo-sign-in.tsx",
  "components/sign-in/sign-in-form.tsx",
  "components/site/footer.tsx",
  "components/site/header.tsx",
  "components/tour/tour-section.tsx",
]);

it("every form that writes for somebody sends along who it was opened as", () => {
  const forms = readSources(["app", "components"]).filter(
    ({ file, text }) => file.endsWith(".tsx") && !file.includes(".test.") && /<form\b/.test(text),
  );
  expect(forms.length).toBeGreaterThan(15);
  const silent = forms.filter(({ file, text }) => {
    const sends = /<form\b(?![^>]*method="get")[^>]*?(method="post"|action=\{)/s.test(text);
    return (
      sends && !FOR_ANYONE.has(file) && !/<OpenedAs \/>|name="user"|\buser: |fields=\{fields\}/.test(text)
    );
  });
  expect(silent.map(({ file }) => file)).toEqual([]);
});
