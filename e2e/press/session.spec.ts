/** Sessions and keys that end while a form is open: nobody is charged for it, and nobody is told "no" without a look. */
import type { Page } from "@playwright/test";
import { books, expectPaidOnce, paymentsOf, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signOut, test } from "../support/fixtures.ts";
import { isPress, losePresses } from "../support/in-flight.ts";

const signInAgain = async (page: Page) => {
  await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
  await page.getByRole("button", { name: "Continue as Alice" }).click();
};

test("a session that expires in mid-payment: the payer is asked to sign in, told that it is not known, and sees the receipt then", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  const aliceId = await userIdOf("alice");
  await alice.route("**/*", async (route) => {
    if (!isPress(route)) return route.fallback();
    // The server executes; the session ends before the page has heard.
    await route.fetch({ maxRedirects: 0 });
    await books()`update sessions set expires_at = now() - interval '1 minute' where user_id = ${aliceId}`;
    await route.abort("connectionreset");
  });
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "Please sign in again" })).toContainText(
    "Your money may have moved, once at most",
  );
  await expect(alice.getByRole("main")).not.toContainText(/no money has moved|never will be/i);
  const payment = await expectPaidOnce(orderId);
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await signInAgain(alice);
  await expectReceipt(alice);
  expect(alice.url()).toContain(payment.id);
  await expectPaidOnce(orderId);
});

test("signed out in another tab: nothing is charged, and whoever signs in again goes on and pays once", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  const other = await alice.context().newPage();
  await other.goto("/");
  await signOut(other);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Pay once. However often you press.");
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "Please sign in again" })).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
  await signInAgain(alice);
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

/** Cancels the one open key for certain, on the page where one looks for one's money. */
async function revokeElsewhere(page: Page): Promise<void> {
  const other = await page.context().newPage();
  await other.goto("/where");
  await other.locator("a[href^='/where?key=']").first().click();
  await other.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(other.getByRole("heading", { name: /never will be/ })).toBeVisible();
  await other.close();
}

const neverWillBe = (page: Page) =>
  page.getByRole("status").filter({ hasText: "not carried out and never will be. No money has moved" });

test("a key that is revoked in another tab pays nothing; the form says so, and the next press pays once", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  await revokeElsewhere(alice);
  await payButton(alice).click();
  await expect(neverWillBe(alice)).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
  await expect(payButton(alice)).toBeEnabled();
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("a key that is revoked in another tab while its press is being checked: the form hears the final no", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  const stopLosing = await losePresses(alice);
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await revokeElsewhere(alice);
  await expect(neverWillBe(alice)).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
  stopLosing();
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});
