import { reconcile } from "../../db/ledger/reconcile.ts";
import { books, expectPaidOnce, newOrder, paymentsOf, userIdOf } from "../support/books.ts";
import {
  dropAnswers,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  signIn,
  test,
} from "../support/fixtures.ts";

test("a double click charges once", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await payButton(alice).dblclick();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("twenty clicks charge once", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  // Dispatched in one go inside the page, faster than any re-render.
  await payButton(alice).evaluate((button: HTMLButtonElement) => {
    for (let click = 0; click < 20; click += 1) button.click();
  });
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("a reload while the payment is under way leads to its receipt", async ({ alice, orderId }) => {
  let held: (() => void) | undefined;
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  await alice.route("**/*", async (route) => {
    if (!isPayment(route)) return route.fallback();
    // The server executes; the page is reloaded before it hears.
    await route.fetch();
    held?.();
  });
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await isHeld;
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await alice.reload();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("an answer lost after the commit is shown as being checked, never as failed, until the receipt", async ({
  alice,
  orderId,
}) => {
  const dropped = await dropAnswers(alice, 1);
  let release: (() => void) | undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  // The key cannot be looked at yet: the page has to stay with what it knows.
  await alice.route("**/api/idempotency-keys/*", async (route) => {
    await released;
    await route.fallback();
  });
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await expect(alice.getByRole("alert").filter({ hasText: /./ })).toHaveCount(0);
  await expect(payButton(alice)).toBeDisabled();
  await expectPaidOnce(orderId);
  release?.();
  await expectReceipt(alice);
  expect(dropped()).toBe(1);
  await expectPaidOnce(orderId);
});

test("three answers lost in a row still end in one payment and its receipt", async ({ alice, orderId }) => {
  const dropped = await dropAnswers(alice, 3);
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  expect(dropped()).toBeGreaterThan(0);
  await expectPaidOnce(orderId);
});

test("two tabs on one order pay it once, and both show the receipt", async ({ alice, orderId }) => {
  const second = await alice.context().newPage();
  await openCheckout(alice, orderId);
  await openCheckout(second, orderId);
  await Promise.all([payButton(alice).click(), payButton(second).click()]);
  await Promise.all([expectReceipt(alice), expectReceipt(second)]);
  expect(alice.url()).toBe(second.url());
  await expectPaidOnce(orderId);
});

test("two people on one order: one pays, the other is told that no money has moved", async ({
  alice,
  browser,
  orderId,
}) => {
  const bob = await (await browser.newContext()).newPage();
  await signIn(bob, "Bob");
  await openCheckout(alice, orderId);
  await openCheckout(bob, orderId);
  await Promise.all([payButton(alice).click(), payButton(bob).click()]);
  await expect
    .poll(async () => (await paymentsOf(orderId)).map((payment) => payment.status).sort())
    .toEqual(["declined", "succeeded"]);
  const winner = (await paymentsOf(orderId)).find((payment) => payment.status === "succeeded");
  // Told by the books, not by whichever page happens to have shown its answer already.
  const [paid, declined] = winner?.user_id === (await userIdOf("alice")) ? [alice, bob] : [bob, alice];
  await expectReceipt(paid);
  expect(paid.url()).toContain(winner?.id);
  await expect(declined.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  expect(await reconcile(books())).toEqual([]);
  await bob.context().close();
});

test("a decline says that no money has moved", async ({ alice, baseURL }) => {
  // More than anybody has.
  const orderId = await newOrder(baseURL ?? "", "900000000000", 1);
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expect(alice.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  expect((await paymentsOf(orderId)).map((payment) => payment.status)).toEqual(["declined"]);
});

test("a checkout that is paid already leads to its receipt", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  const receipt = alice.url();
  await alice.goto(`/checkout/${orderId}`);
  await expectReceipt(alice);
  expect(alice.url()).toBe(receipt);
  await expectPaidOnce(orderId);
});
