/** The same form in several tabs, windows and browsers, and tabs that a browser brings back: one intent stays one payment. */
import type { Browser, Page } from "@playwright/test";
import { expectPaidOnce, expectTransferOnce } from "../support/books.ts";
import { DAY_MS, setClock } from "../support/clock.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { holdAnswer, losePresses, pressTogether } from "../support/in-flight.ts";

/** An amount that nobody has sent lately: what looks like another payment would be asked about. */
const oddAmount = () => `${100 + (Date.now() % 700)}.${String(10 + (Date.now() % 90))}`;

/** Opens a transfer of Alice's at its review. Returns the intent in its address. */
async function openTransfer(page: Page, amount: string): Promise<string> {
  await page.goto("/send");
  await page.getByLabel("To whom").fill("bob");
  await page.getByRole("textbox", { name: "Amount" }).fill(amount);
  await page.getByLabel("Currency").selectOption("USD");
  await page.getByRole("button", { name: "Review" }).click();
  await expect(payButton(page)).toBeEnabled();
  return /\/send\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
}

/** A copy of a tab, as a browser makes one: the same address, and a copy of what the tab had stored. */
async function duplicate(page: Page): Promise<Page> {
  const [copy] = await Promise.all([
    page.context().waitForEvent("page"),
    page.evaluate(() => void open(location.href)),
  ]);
  // What a copied tab has stored is there before any script of its page runs; here it shows that it was copied.
  expect(await copy.evaluate(() => sessionStorage.length)).toBe(
    await page.evaluate(() => sessionStorage.length),
  );
  return copy;
}

test("a duplicated tab is the same transfer: both are pressed, one is made", async ({ alice }) => {
  const amount = oddAmount();
  const intentId = await openTransfer(alice, amount);
  const copy = await duplicate(alice);
  await expect(payButton(copy)).toBeEnabled();
  await Promise.all([payButton(alice).click(), payButton(copy).click()]);
  await Promise.all([expectReceipt(alice, `$${amount}`), expectReceipt(copy, `$${amount}`)]);
  expect(copy.url()).toBe(alice.url());
  await expectTransferOnce(intentId);
});

test("a tab that is duplicated in mid-payment finds the same payment", async ({ alice }) => {
  const amount = oddAmount();
  const intentId = await openTransfer(alice, amount);
  const { executed, release } = await holdAnswer(alice);
  await payButton(alice).click();
  await executed;
  const copy = await duplicate(alice);
  await expectReceipt(copy, `$${amount}`);
  release();
  await expectReceipt(alice, `$${amount}`);
  expect(copy.url()).toBe(alice.url());
  await expectTransferOnce(intentId);
});

test("two windows whose presses reach the server in the same moment pay once", async ({ alice, orderId }) => {
  const other = await duplicate(alice);
  await openCheckout(alice, orderId);
  await openCheckout(other, orderId);
  await pressTogether([alice, other]);
  await Promise.all([payButton(alice).click(), payButton(other).click()]);
  await Promise.all([expectReceipt(alice), expectReceipt(other)]);
  expect(other.url()).toBe(alice.url());
  await expectPaidOnce(orderId);
});

/** Closes a browser as it is, and opens it again with its cookies and with what the tab had stored. */
async function restore(browser: Browser, page: Page): Promise<Page> {
  const [storageState, stored] = [
    await page.context().storageState(),
    await page.evaluate(() => Object.entries({ ...sessionStorage })),
  ];
  await page.context().close();
  const restored = await (await browser.newContext({ storageState })).newPage();
  await restored.addInitScript((entries) => {
    // Once: what the page itself takes away later stays away.
    if (sessionStorage.getItem("isRestored") !== null) return;
    for (const [name, value] of [...entries, ["isRestored", "true"] as const])
      sessionStorage.setItem(name, value);
  }, stored);
  return restored;
}

const CLOSED: {
  what: string;
  arrives: boolean;
  laterMs: number;
  ends: (page: Page) => Promise<void>;
}[] = [
  { what: "that was paid meanwhile shows its receipt", arrives: true, laterMs: 0, ends: expectReceipt },
  { what: "whose press never arrived sends it again", arrives: false, laterMs: 0, ends: expectReceipt },
  {
    what: "whose press never arrived asks a day later, and then pays",
    arrives: false,
    laterMs: DAY_MS,
    ends: async (page) => {
      await expect(page.getByRole("status").filter({ hasText: "Still not known" })).toContainText(
        "charged once at most",
      );
      await page.getByRole("button", { name: "Pay now" }).click();
      await expectReceipt(page);
    },
  },
];

for (const { what, arrives, laterMs, ends } of CLOSED) {
  test(`a tab that is restored after its browser was closed in mid-payment, and ${what}`, async ({
    browser,
    orderId,
  }) => {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, "Alice");
    await openCheckout(page, orderId);
    if (arrives) {
      const { executed } = await holdAnswer(page);
      await payButton(page).click();
      await executed;
    } else {
      await losePresses(page);
      await payButton(page).click();
      await expect(page.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
    }
    const restored = await restore(browser, page);
    await setClock(restored, laterMs);
    await restored.goto(`/checkout/${orderId}`);
    await ends(restored);
    await expectPaidOnce(orderId);
    await restored.context().close();
  });
}
