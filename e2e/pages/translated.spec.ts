/**
 * Pages that a browser translates. Each is whole and says the right words in every state it can come to: React's text
 * nodes are gone by then, so a text that was not in an element of its own ends the page, or stays as it was.
 */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { plainFormPath } from "../../lib/plain-form-path.ts";
import { books, userIdOf } from "../support/books.ts";
import {
  expect,
  expectReceipt,
  openCheckout,
  openMenu,
  payButton,
  signIn,
  test,
} from "../support/fixtures.ts";
import { expectTranslated, translated } from "../support/translate.ts";

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
    ["correct horse battery", "This handle belongs to somebody else"],
  ] as const) {
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Create account" }).click();
    const summary = page.getByRole("alert").filter({ hasText: says });
    await expect(summary).toHaveText(/^Please check one entry\. Nothing has been changed\.[^.]+\.[^.]*\.?$/);
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
    await alice.getByLabel(`Revoke \u2068${name}\u2069`).click();
    const row = alice.getByRole("listitem").filter({ has: alice.getByLabel(`Revoke \u2068${name}\u2069`) });
    await row.getByRole("button", { name: "Revoke for certain" }).click();
    await expect(row).toHaveCount(0);
  }
  await page.expectWhole();
});

test("a translated payer walks through the pages without one load, and reads the right words on each", async ({
  alice,
}) => {
  const page = await translated(alice);
  const title = (words: string | RegExp) =>
    expect(alice.getByRole("heading", { level: 1 })).toHaveText(words);
  await alice.goto("/");
  await expectTranslated(alice);
  await alice.evaluate(() => Object.assign(globalThis, { isSameDocument: true }));
  await alice.getByRole("button", { name: "Order Flat white" }).click();
  await title("Pay Bluebird Coffee");
  await payButton(alice).click();
  await title(/^Paid/);
  await alice.getByRole("link", { name: "All payments" }).click();
  await title("Payments");
  await alice.getByRole("link", { name: "To Bluebird Coffee" }).first().click();
  await title(/^Paid/);
  await (await openMenu(alice)).getByRole("link", { name: "API keys" }).click();
  await title("API keys");
  await alice.getByRole("link", { name: "For developers" }).click();
  await title("Pay over HTTP, once");
  await alice.getByRole("link", { name: "Once, home" }).click();
  await title("Hello, Alice");
  expect(await alice.evaluate(() => "isSameDocument" in globalThis)).toBe(true);
  await page.expectWhole();
});

for (const [what, table, role, name] of [
  ["a page cannot be shown", "orders", "button", "Try again"],
  ["nobody can be looked up", "sessions", "link", "Load the page again"],
] as const) {
  test(`where ${what}, the translated page that says so leads back to it`, async ({ alice, orderId }) => {
    await translated(alice);
    await books().unsafe(`alter table ${table} rename to ${table}_away`);
    try {
      await alice.goto(`/checkout/${orderId}`);
      await expect(alice.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
      await expect(alice.locator("h1 font").first()).toBeVisible();
    } finally {
      await books().unsafe(`alter table ${table}_away rename to ${table}`);
    }
    await alice.getByRole(role, { name }).click();
    await expect(payButton(alice)).toBeEnabled();
    await expect(alice.getByText("This page could not be shown")).toHaveCount(0);
  });
}

/** Every page: where it is, as whom, and what is done on it before the language changes. */
const PAGES: {
  what: string;
  who?: "Alice" | "Mia";
  path: (orderId: string) => string | Promise<string>;
  isPaid?: true;
}[] = [
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
    path: async (orderId) =>
      plainFormPath({
        place: `/checkout/${orderId}`,
        key: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
        userId: await userIdOf("alice"),
      }),
  },
  { what: "the receipt", who: "Alice", path: (orderId) => `/checkout/${orderId}`, isPaid: true },
  { what: "the payments", who: "Alice", path: () => "/payments" },
  { what: "the form of a transfer", who: "Alice", path: () => `/send/${randomUUID()}` },
  {
    what: "the review of a transfer",
    who: "Alice",
    path: () => `/send/${randomUUID()}/review?payee=bob&amountMinor=70707&currency=USD&note=Hi`,
  },
  {
    what: "the review of a top-up",
    who: "Alice",
    path: () => `/top-up/${randomUUID()}/review?amountMinor=70707&currency=USD`,
  },
  { what: "the form of a request", who: "Alice", path: () => `/request/${randomUUID()}` },
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
      // Sealing follows by itself, and would change a word in the middle.
      await expect(async () => {
        await page.reload();
        await expect(page.getByText(/^Position \d+, sealed/)).toBeVisible({ timeout: 1000 });
      }).toPass();
    }
    const whole = await translated(page);
    await page.goto(await path(orderId));
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
  // The reference comes by itself: the button for the language stands below it.
  await expect(page.getByText("Die Referenz wird geladen")).toHaveCount(0);
  // So does the key of a form.
  await expect(page.getByText("Ihre Zahlung wird vorbereitet")).toHaveCount(0);
  let words: string[] = [];
  await expect(async () => {
    const before = words;
    words = await wordsOf(page);
    expect(words).toEqual(before);
  }).toPass({ intervals: [300] });
  return words;
}
