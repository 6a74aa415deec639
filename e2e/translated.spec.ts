/**
 * Pages that a browser translates. Each is whole and says the right words in every state it can come to: React's text
 * nodes are gone by then, so a text that was not in an element of its own ends the page, or stays as it was.
 */
import type { Page } from "@playwright/test";
import { expectPaidOnce, newOrder, paymentsOf } from "./books.ts";
import {
  agePress,
  dropAnswers,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  signIn,
  test,
} from "./fixtures.ts";
import { expectTranslated, translated } from "./translate.ts";

/** Loses every payment on its way to the server, presses Pay, and reloads when the press is old. */
async function loseAndAge(page: Page): Promise<void> {
  await page.route("**/*", async (route) => (isPayment(route) ? route.abort() : route.fallback()));
  await payButton(page).click();
  await expect(page.getByRole("status").filter({ hasText: "We are checking your payment" })).toBeVisible();
  await agePress(page);
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await page.reload();
  await expectTranslated(page);
  await expect(page.getByRole("status").filter({ hasText: "Still not known, still checking" })).toBeVisible();
}

const ALL = "900000000000";

type Row = {
  what: string;
  /** What the order is over, where it is not 38 dollars. */
  amountMinor?: string;
  /** Before the form opens. */
  before?: (page: Page) => Promise<unknown>;
  /** From the open form on. */
  go: (page: Page) => Promise<void>;
  /** The payments that are in the books at the end. */
  ends: ("succeeded" | "declined")[];
};

const CHECKOUT: Row[] = [
  {
    what: "paid at once",
    go: async (page) => {
      await payButton(page).click();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "paid while somebody watches",
    go: async (page) => {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route("**/*", async (route) => {
        if (isPayment(route)) await released;
        await route.fallback();
      });
      await payButton(page).click();
      await expect(page.getByRole("main").getByText("Sending your payment …")).toHaveCount(2);
      await expect(page.getByText("Charged exactly once, however often")).toHaveCount(0);
      release();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "declined, and pressed again",
    amountMinor: ALL,
    go: async (page) => {
      for (const _press of [1, 2]) {
        await payButton(page).click();
        await expect(
          page
            .getByRole("alert")
            .filter({ hasText: "Declined. No money has moved.The balance of your USD account" }),
        ).toBeVisible();
        await expect(payButton(page)).toBeEnabled();
      }
    },
    ends: ["declined", "declined"],
  },
  {
    what: "an answer that is lost",
    before: (page) => dropAnswers(page, 2),
    go: async (page) => {
      await payButton(page).click();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "lost on the way there, asked, and cancelled for certain",
    go: async (page) => {
      await loseAndAge(page);
      await page.getByRole("button", { name: "Cancel for certain" }).click();
      await expect(page.getByRole("status").filter({ hasText: "Cancelled for certain." })).toBeVisible();
      await expect(page.getByText("Still not known")).toHaveCount(0);
      await expect(payButton(page)).toBeEnabled();
    },
    ends: [],
  },
  {
    what: "lost on the way there, asked, and paid after all",
    go: async (page) => {
      await loseAndAge(page);
      await page.getByRole("button", { name: "Pay now" }).click();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "refused",
    go: async (page) => {
      await page.route("**/*", async (route) => {
        if (!isPayment(route)) return route.fallback();
        if (!route.request().url().endsWith("/api/payments")) return route.abort();
        const body = { type: "/problems/amount-mismatch", status: 422, moneyMoved: "no", retry: "same-key" };
        return route.fulfill({ status: 422, contentType: "application/problem+json", json: body });
      });
      await payButton(page).click();
      await expect(
        page.getByRole("alert").filter({ hasText: "Not carried out. No money has moved." }),
      ).toBeVisible();
      await expect(page.getByText("We are checking your payment")).toHaveCount(0);
      await expect(payButton(page)).toBeEnabled();
    },
    ends: [],
  },
  {
    what: "signed out meanwhile",
    go: async (page) => {
      await page.context().clearCookies();
      await payButton(page).click();
      await expect(page.getByRole("status").filter({ hasText: "Please sign in again" })).toBeVisible();
      await expect(page.getByText("Sending your payment")).toHaveCount(0);
    },
    ends: [],
  },
];

for (const { what, amountMinor, before, go, ends } of CHECKOUT) {
  test(`a translated checkout: ${what}`, async ({ alice, baseURL }) => {
    const orderId = amountMinor
      ? await newOrder(baseURL ?? "", amountMinor, 1)
      : await newOrder(baseURL ?? "");
    const page = await translated(alice);
    await before?.(alice);
    await openCheckout(alice, orderId);
    await expectTranslated(alice);
    await go(alice);
    await page.expectWhole();
    expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(ends);
  });
}

test("a translated checkout that gets no key says so, tries again, waits where it is told to, and pays", async ({
  alice,
  orderId,
}) => {
  const page = await translated(alice);
  let isBlocked = true;
  let isLimited = true;
  await alice.route("**/api/idempotency-keys", async (route) => {
    if (isBlocked) return route.abort();
    if (!isLimited) return route.fallback();
    isLimited = false;
    return route.fulfill({ status: 429, headers: { "retry-after": "1" }, json: {} });
  });
  await alice.goto(`/checkout/${orderId}`);
  await expectTranslated(alice);
  await expect(alice.getByRole("status").filter({ hasText: "cannot be prepared just now" })).toBeVisible();
  isBlocked = false;
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(alice.getByRole("status").filter({ hasText: "A short wait" })).toBeVisible();
  await expect(alice.getByText("cannot be prepared just now")).toHaveCount(0);
  await expect(payButton(alice)).toBeEnabled();
  await expect(alice.getByText("A short wait")).toHaveCount(0);
  await payButton(alice).click();
  await expectReceipt(alice);
  await page.expectWhole();
  await expectPaidOnce(orderId);
});

test("a translated sign-in says what is wrong, each time, and lets in who is right", async ({ page }) => {
  const whole = await translated(page);
  await page.goto("/sign-in");
  await expectTranslated(page);
  const tryWith = async (password: string) => {
    await page.getByLabel("E-mail").fill("alice@once.test");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  for (const _try of [1, 2]) {
    await tryWith("not this one");
    await expect(
      page.getByRole("alert").filter({ hasText: "E-mail or password is not right." }),
    ).toBeVisible();
    await expect(page.getByRole("button", { name: "Sign in", exact: true })).toBeEnabled();
  }
  await tryWith("exactly-once");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, Alice");
  await whole.expectWhole();
});

test("a translated sign-up names the field that is wrong", async ({ page }) => {
  const whole = await translated(page);
  await page.goto("/sign-up");
  await expectTranslated(page);
  await page.getByLabel("Name").fill("A Guest");
  await page.getByLabel("Handle").fill("alice");
  await page.getByLabel("E-mail").fill("guest@example.com");
  for (const [password, says] of [
    ["short", "The password needs 10 to 128 characters."],
    ["correct horse battery", "This handle belongs to somebody else."],
  ] as const) {
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(page.getByRole("alert").filter({ hasText: says })).toHaveText(
      new RegExp(`^${says}.*created\\.$`),
    );
  }
  await whole.expectWhole();
});

test("on a translated page an API key is refused, made, made again and revoked", async ({ alice }) => {
  const page = await translated(alice);
  await alice.goto("/settings/api-keys");
  await expectTranslated(alice);
  const create = () => alice.getByRole("button", { name: "Create key" }).click();
  await alice.getByLabel("Name", { exact: true }).fill("First, translated");
  await create();
  await expect(alice.getByRole("alert").filter({ hasText: "Tick at least one" })).toBeVisible();
  for (const name of ["First, translated", "Second, translated"]) {
    await alice.getByLabel("Name", { exact: true }).fill(name);
    await alice.getByLabel("Read accounts").check();
    await create();
    await expect(alice.getByRole("status").filter({ hasText: "is created" })).toHaveText(
      `“${name}” is created`,
    );
    await expect(alice.getByRole("alert").filter({ hasText: "Tick at least one" })).toHaveCount(0);
    await alice.getByRole("button", { name: "Copy" }).click();
    await expect(alice.getByRole("status").filter({ hasText: /Copied|did not allow/ })).toBeVisible();
  }
  for (const name of ["First, translated", "Second, translated"]) {
    await alice.getByLabel(`Revoke ${name}`).click();
    const row = alice.getByRole("listitem").filter({ has: alice.getByLabel(`Revoke ${name}`) });
    await row.getByRole("button", { name: "Revoke for certain" }).click();
    await expect(alice.getByText(name, { exact: true })).toHaveCount(0);
  }
  await page.expectWhole();
});

/** Every page: where it is, as whom, and what is done on it before the language changes. */
const PAGES: { what: string; who?: "Alice" | "Mia"; path: (orderId: string) => string; isPaid?: true }[] = [
  { what: "the start page of nobody", path: () => "/" },
  { what: "the start page of a payer", who: "Alice", path: () => "/" },
  { what: "the start page of a merchant", who: "Mia", path: () => "/" },
  { what: "signing in", path: () => "/sign-in" },
  { what: "signing up", path: () => "/sign-up" },
  { what: "the checkout", who: "Alice", path: (orderId) => `/checkout/${orderId}` },
  { what: "a merchant's own order", who: "Mia", path: (orderId) => `/checkout/${orderId}` },
  {
    what: "the plain form",
    who: "Alice",
    path: (orderId) => `/checkout/${orderId}/form?key=019ab3c2-40d5-7dbd-bc93-6894a57f9324`,
  },
  { what: "the receipt", who: "Alice", path: (orderId) => `/checkout/${orderId}`, isPaid: true },
  { what: "the payments", who: "Alice", path: () => "/payments" },
  { what: "the API keys", who: "Alice", path: () => "/settings/api-keys" },
  { what: "the documentation", path: () => "/docs" },
  { what: "a problem", path: () => "/problems/declined" },
  { what: "nothing", path: () => "/nowhere" },
];

for (const { what, who, path, isPaid } of PAGES) {
  test(`a translated page changes all of its words with the language: ${what}`, async ({ page, orderId }) => {
    if (who) await signIn(page, who);
    if (isPaid) {
      await openCheckout(page, orderId);
      await payButton(page).click();
      await expectReceipt(page);
    }
    const whole = await translated(page);
    await page.goto(path(orderId));
    await expectTranslated(page);
    const inEnglish = await wordsOf(page);
    await page.getByRole("button", { name: "Deutsch" }).click();
    await expect(page.getByRole("button", { name: "Deutsch" })).toHaveAttribute("aria-pressed", "true");
    await expect(page.locator("html")).toHaveAttribute("lang", "de");
    const changed = await settledWords(page);
    await whole.expectWhole();
    // The same page anew, in German from the start.
    await page.reload();
    await expectTranslated(page);
    expect(changed).toEqual(await settledWords(page));
    expect(changed).not.toEqual(inEnglish);
  });
}

/** Every text that a reader sees, without those of the reference, which are nobody's but swagger-ui's. */
async function wordsOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const reference = document.querySelector<HTMLElement>(".reference")?.innerText.split("\n") ?? [];
    const foreign = new Set(reference);
    return document.body.innerText.split("\n").filter((line) => line.trim() !== "" && !foreign.has(line));
  });
}

/** The words of a page once they no longer change: a form may be on its way to being ready. */
async function settledWords(page: Page): Promise<string[]> {
  let words: string[] = [];
  await expect(async () => {
    const before = words;
    words = await wordsOf(page);
    expect(words).toEqual(before);
  }).toPass({ intervals: [300] });
  return words;
}
