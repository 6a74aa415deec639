/** A payer whose network goes away and comes back: before the key is there, at the press, and while the payment is under way. */
import { expectPaidOnce, paymentsOf } from "../support/books.ts";
import { expectReceipt, openCheckout, payButton } from "../support/fixtures.ts";
import { expectHonest } from "./payer.ts";
import { checking, expect, isPayment, test } from "./through-proxy.ts";

const KEY = "POST /api/idempotency-keys";

test("offline before the key is there: Try again, for as long as it takes, then Pay, once", async ({
  alice,
  wire,
  orderId,
}) => {
  const context = alice.context();
  wire.treat(({ label }) => (label === KEY ? "hold-request" : "pass"));
  await alice.goto(`/checkout/${orderId}`);
  await expect.poll(() => wire.seen.some(({ label }) => label === KEY)).toBe(true);
  await context.setOffline(true);
  wire.cut();
  const cannot = alice.getByRole("status").filter({ hasText: "cannot be prepared just now" });
  await expect(cannot).toContainText("may have moved");
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(cannot).toContainText("may have moved");
  wire.treat(() => "pass");
  await context.setOffline(false);
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(payButton(alice)).toBeEnabled();
  expect(await paymentsOf(orderId)).toEqual([]);
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("offline at the press: the page says that it is checking, and pays by itself once the network is back", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  await alice.context().setOffline(true);
  await payButton(alice).click();
  await expect(checking(alice)).toContainText("may have moved");
  await expectHonest(alice);
  expect(await paymentsOf(orderId)).toEqual([]);
  await alice.context().setOffline(false);
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("offline while the payment is under way: checking, then the receipt", async ({
  alice,
  wire,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  wire.treat((seen) => (isPayment(seen) ? "hold-answer" : "pass"));
  await payButton(alice).click();
  await expect.poll(async () => (await paymentsOf(orderId)).length).toBe(1);
  await alice.context().setOffline(true);
  wire.cut();
  await expect(checking(alice)).toContainText("may have moved");
  await expectHonest(alice);
  wire.treat(() => "pass");
  await alice.context().setOffline(false);
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("offline while the payment is under way, and the page loaded anew: its address leads to the receipt", async ({
  alice,
  wire,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  wire.treat((seen) => (isPayment(seen) ? "hold-answer" : "pass"));
  await payButton(alice).click();
  await expect.poll(async () => (await paymentsOf(orderId)).length).toBe(1);
  await alice.context().setOffline(true);
  await expect(alice.reload()).rejects.toThrow("ERR_INTERNET_DISCONNECTED");
  wire.treat(() => "pass");
  await alice.context().setOffline(false);
  await alice.reload();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const [when, treatment] of [
    ["at the press", "lose-request"],
    ["while the payment is under way", "hold-answer"],
  ] as const)
    test(`offline ${when}: the browser's page, loaded again, sends the same payment`, async ({
      alice,
      wire,
      orderId,
    }) => {
      await alice.goto(`/checkout/${orderId}`);
      await alice.getByRole("button", { name: "Continue", exact: true }).click();
      await expect(payButton(alice)).toBeVisible();
      wire.treat((seen) => (isPayment(seen) ? treatment : "pass"));
      if (when === "at the press") await alice.context().setOffline(true);
      await payButton(alice).click({ noWaitAfter: true });
      if (when !== "at the press") {
        await expect.poll(async () => (await paymentsOf(orderId)).length).toBe(1);
        // Chromium's own switch waits for the page that is to come, so that the connections go instead.
        wire.treat(() => "lose-request");
        wire.cut();
      }
      await expect(alice.locator("body.neterror")).toBeAttached();
      wire.treat(() => "pass");
      await alice.context().setOffline(false);
      await alice.reload();
      await expectReceipt(alice);
      await expectPaidOnce(orderId);
    });
});
