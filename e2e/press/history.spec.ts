/** Reloads, back and forward, and pages that a browser had kept: whatever of a payment comes back, it is paid once. */
import type { Page } from "@playwright/test";
import { continueButton } from "../support/blocked.ts";
import { expectPaidOnce } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { holdAnswer, losePresses } from "../support/in-flight.ts";

/** Not page.goBack(): it waits for a load, and what a browser has kept has none. */
const back = (page: Page) => page.evaluate(() => history.back());
const forward = (page: Page) => page.evaluate(() => history.forward());

/** Orders something from the menu, which is no load, and waits until it can be paid. Returns the order. */
async function orderAndOpen(page: Page, item: string): Promise<string> {
  await page.getByRole("button", { name: `Order ${item}` }).click();
  await page.waitForURL(/\/checkout\//);
  await expect(payButton(page)).toBeEnabled();
  return page.url().split("/").at(-1) ?? "";
}

test("a reload after paying shows the receipt again, and charges nothing more", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  const receipt = alice.url();
  for (const _reload of [1, 2]) {
    await alice.reload();
    await expectReceipt(alice);
    expect(alice.url()).toBe(receipt);
  }
  await expectPaidOnce(orderId);
});

test("back and forward in mid-payment, without a load, lead to the receipt", async ({ alice }) => {
  const orderId = await orderAndOpen(alice, "Espresso");
  const { executed } = await holdAnswer(alice);
  await payButton(alice).click();
  await executed;
  await back(alice);
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Hello, Alice");
  await forward(alice);
  await expectReceipt(alice, "$3.20");
  await expectPaidOnce(orderId);
});

test("back and forward in mid-payment, with a load each, lead to the receipt", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  const { executed } = await holdAnswer(alice);
  await payButton(alice).click();
  await executed;
  await alice.goto("/sign-in");
  await back(alice);
  await expectReceipt(alice);
  await forward(alice);
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Sign in");
  await expectPaidOnce(orderId);
});

test("back from a press that never arrived, and forward again: it is checked, sent, and paid once", async ({
  alice,
}) => {
  const orderId = await orderAndOpen(alice, "Espresso");
  const stopLosing = await losePresses(alice);
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await back(alice);
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Hello, Alice");
  await forward(alice);
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await expect(alice.getByRole("main")).not.toContainText(/no money has moved/i);
  stopLosing();
  await expectReceipt(alice, "$3.20");
  await expectPaidOnce(orderId);
});

test("away in mid-payment without a load, to a new purchase: each is paid once", async ({ alice }) => {
  const first = await orderAndOpen(alice, "Espresso");
  const { executed, release } = await holdAnswer(alice);
  await payButton(alice).click();
  await executed;
  await alice.getByRole("link", { name: "Once, home" }).click();
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Hello, Alice");
  const second = await orderAndOpen(alice, "Flat white");
  expect(second).not.toBe(first);
  // The answer about the first comes to a page that shows the second, and says nothing there.
  release();
  await expect(alice.getByRole("main")).not.toContainText(/Paid|Sending your payment|checking/);
  await payButton(alice).click();
  await expectReceipt(alice, "$4.50");
  const [one, other] = [await expectPaidOnce(first), await expectPaidOnce(second)];
  expect(one.id).not.toBe(other.id);
  expect(alice.url()).toContain(other.id);
});

/**
 * Lets the browser keep the pages that it leaves, and notes whether one was brought back. Chromium keeps none whose document is
 * `no-store` and has asked an API since, as ours are and do; other browsers do, and Chromium's rules change.
 */
async function keepPages(page: Page): Promise<{ wasKept: () => Promise<boolean> }> {
  await page.addInitScript(() => {
    // Kept by the tab: the page that comes back may load itself anew.
    addEventListener("pageshow", ({ persisted }) => persisted && sessionStorage.setItem("wasKept", "1"));
  });
  await page.route("**/*", async (route) => {
    if (route.request().resourceType() !== "document" || route.request().method() !== "GET")
      return route.fallback();
    const response = await route.fetch({ maxRedirects: 0 });
    await route.fulfill({ response, headers: { ...response.headers(), "cache-control": "private" } });
  });
  return {
    wasKept: () => page.evaluate(() => sessionStorage.getItem("wasKept") !== null),
  };
}

test("a page out of the back/forward cache whose order was paid meanwhile leads to the receipt", async ({
  alice,
  orderId,
}) => {
  const { wasKept } = await keepPages(alice);
  await openCheckout(alice, orderId);
  await alice.goto("/sign-in");
  const other = await alice.context().newPage();
  await openCheckout(other, orderId);
  await payButton(other).click();
  await expectReceipt(other);
  await back(alice);
  await expectReceipt(alice);
  expect(await wasKept()).toBe(true);
  expect(alice.url()).toBe(other.url());
  await expectPaidOnce(orderId);
});

test("a page out of the back/forward cache that was left while checking goes on checking, and pays once", async ({
  alice,
  orderId,
}) => {
  const { wasKept } = await keepPages(alice);
  await openCheckout(alice, orderId);
  const stopLosing = await losePresses(alice);
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await alice.goto("/sign-in");
  stopLosing();
  await back(alice);
  await expectReceipt(alice);
  expect(await wasKept()).toBe(true);
  await expectPaidOnce(orderId);
});

test("a page out of the back/forward cache that is still unpaid can be paid, once", async ({
  alice,
  orderId,
}) => {
  const { wasKept } = await keepPages(alice);
  await openCheckout(alice, orderId);
  await alice.goto("/sign-in");
  await back(alice);
  await expect(payButton(alice)).toBeEnabled();
  expect(await wasKept()).toBe(true);
  await payButton(alice).dblclick();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a spent form that is gone back to and pressed again shows the same receipt", async ({
    page,
    orderId,
  }) => {
    await signIn(page, "Alice");
    await page.goto(`/checkout/${orderId}`);
    await continueButton(page).click();
    await expect(payButton(page)).toBeVisible();
    const form = page.url();
    // A page that the browser still has, from before the payment.
    const kept = await page.context().newPage();
    await kept.goto(form);
    await expect(payButton(kept)).toBeVisible();
    await payButton(page).click();
    await expectReceipt(page);
    await payButton(kept).click();
    await expectReceipt(kept);
    expect(kept.url()).toBe(page.url());
    await page.goto(form);
    await expectReceipt(page);
    await expectPaidOnce(orderId);
  });
});
