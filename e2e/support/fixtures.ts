/** What every browser test starts from: somebody who is signed in, and an order of their own to pay. */
import {
  type BrowserContext,
  test as base,
  type Cookie,
  expect,
  type Page,
  type Route,
} from "@playwright/test";
import { closeBooks, forgetOpenKeys, newOrder } from "./books.ts";

type Fixtures = {
  /** The id of a fresh order over $38.00. */
  orderId: string;
  /** A page of Alice, signed in. */
  alice: Page;
  /** No test begins with what another left open. */
  noOpenKeys: undefined;
};

export const test = base.extend<Fixtures, { closedBooks: undefined }>({
  closedBooks: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must make from this pattern.
    async ({}, use) => {
      await use(undefined);
      await closeBooks();
    },
    { scope: "worker", auto: true },
  ],
  noOpenKeys: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must make from this pattern.
    async ({}, use) => {
      used.clear();
      await forgetOpenKeys();
      await use(undefined);
    },
    { auto: true },
  ],
  orderId: async ({ baseURL }, use) => use(await newOrder(baseURL ?? "")),
  alice: async ({ page }, use) => {
    await signIn(page, "Alice");
    await use(page);
  },
});

export { expect };

type Person = "Alice" | "Bob" | "Mia" | "Omar";

/** The session of whoever signed in first, by server and person; and who has used theirs in this test. */
const sessions = new Map<string, Cookie[]>();
const used = new Set<string>();

/**
 * Signs in through the demo's button, or, where an earlier test did and its session lives, as whoever comes back: one session to
 * one browser of a test.
 */
export async function signIn(page: Page, who: Person): Promise<void> {
  const context = page.context();
  const origin = test.info().project.use.baseURL ?? "";
  const name = `${who} at ${origin}`;
  const kept = used.has(name) ? undefined : sessions.get(name);
  used.add(name);
  if (kept) {
    await context.addCookies(kept);
    if ((await context.request.get("/api/accounts")).ok()) {
      await page.goto("/");
      return;
    }
    for (const { name: cookie } of kept) await context.clearCookies({ name: cookie });
  }
  await page.goto("/sign-in");
  await page.getByRole("button", { name: `Continue as ${who}` }).click();
  await page.waitForURL("/");
  sessions.set(
    name,
    (await context.cookies()).filter((cookie) => cookie.name === "once.session"),
  );
}

/** The menu at the head of every page, opened. */
export async function openMenu(page: Page) {
  await page.locator("header summary").click();
  return page.getByRole("navigation", { name: "Main" });
}

export async function signOut(page: Page): Promise<void> {
  await (await openMenu(page)).getByRole("button", { name: "Sign out" }).click();
}

/** Opens the checkout and waits until React has Pay in hand: a press before goes another way (e2e/checkout/first-paint.spec.ts). */
export async function openCheckout(page: Page, orderId: string): Promise<void> {
  await page.goto(`/checkout/${orderId}`);
  await expectAtWork(page);
}

/** Waits until Pay can be pressed, and React has taken it over from the page's own script. */
export async function expectAtWork(page: Page): Promise<void> {
  await expect(payButton(page)).toBeEnabled();
  await page.waitForFunction(() => globalThis.onceFirstPaint === undefined);
}

export function payButton(page: Page) {
  return page.getByRole("button", { name: /^Pay / });
}

/** Waits for the receipt. */
export async function expectReceipt(page: Page, amount = "$38.00"): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(
    new RegExp(`^Paid.*${amount.replace("$", "\\$")}`),
  );
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
}

/**
 * Whether a request is one that moves money: the server action behind Pay, or its HTTP route. The question before a press moves
 * none, and holds no key.
 */
export function isPayment(route: Route): boolean {
  const request = route.request();
  const isAction =
    request.headers()["next-action"] !== undefined &&
    (request.postData() ?? "").includes('"key"') &&
    /\/(checkout|send|top-up|refund)\//.test(new URL(request.url()).pathname);
  const isApi = /\/api\/(payments|payments\/[^/]+\/refunds|top-ups)$/.test(request.url());
  return request.method() === "POST" && (isAction || isApi);
}

/**
 * Drops the answers of the first `count` payments of this page: the server executes and answers, the browser never
 * hears. Returns how many were dropped so far.
 */
export async function dropAnswers(target: Page | BrowserContext, count: number): Promise<() => number> {
  let dropped = 0;
  await target.route("**/*", async (route) => {
    if (!isPayment(route) || dropped >= count) return route.fallback();
    dropped += 1;
    await route.fetch();
    await route.abort("connectionreset");
  });
  return () => dropped;
}

/** Turns the stored press into one of ten minutes ago, older than those that are sent again by themselves. */
export async function agePress(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const [name, value] of Object.entries({ ...sessionStorage })) {
      const press = JSON.parse(value);
      const pressedAtMs = press.pressedAtMs - 10 * 60_000;
      sessionStorage.setItem(name, JSON.stringify({ ...press, pressedAtMs }));
    }
  });
}
