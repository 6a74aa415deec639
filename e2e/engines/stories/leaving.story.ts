/** Leaving the page while a payment is under way, and coming back to it afterwards. */
import { expectPaidOnce } from "../../support/books.ts";
import {
  CORE,
  expect,
  expectAnswered,
  expectReceipt,
  expectReceiptOfOnePayment,
  openCheckout,
  PAY,
  test,
} from "../story.ts";

test(
  "a reload while the answer is on its way leads to the receipt, and so does one after it",
  CORE,
  async ({ alice, orderId, line }) => {
    await openCheckout(alice, orderId);
    line.break("held", 1);
    await alice.press(PAY);
    await expectAnswered(line, 1);
    await alice.reload();
    await expectReceiptOfOnePayment(alice, orderId);
    await alice.reload();
    await expectReceiptOfOnePayment(alice, orderId);
  },
);

test(
  "back and forward while the answer is on its way lead to the receipt",
  CORE,
  async ({ alice, orderId, line }) => {
    await alice.open("/");
    await openCheckout(alice, orderId);
    line.break("held", 1);
    await alice.press(PAY);
    await expectAnswered(line, 1);
    await alice.back();
    await alice.expectWords("Hello, Alice");
    await alice.forward();
    await expectReceiptOfOnePayment(alice, orderId);
  },
);

test(
  "back and forward after paying lead to the receipt, and pay nothing more",
  CORE,
  async ({ alice, orderId, line }) => {
    await alice.open("/");
    await openCheckout(alice, orderId);
    await alice.press(PAY);
    await expectReceipt(alice);
    const payments = line.arrivals().length;
    // Where it leads may be a receipt, too, so its address alone does not tell that going back is over; a step forward before that leads nowhere.
    await alice.evaluate(
      "void (window.isBeforeBack = true, addEventListener('popstate', () => (window.isBeforeBack = false), { once: true }))",
    );
    await alice.back();
    await alice.expectTrue("window.isBeforeBack !== true");
    await alice.expectPath(/^\/(payments\/.+)?$/);
    await alice.forward();
    await expectReceipt(alice);
    await alice.open(`/checkout/${orderId}`);
    await expectReceiptOfOnePayment(alice, orderId);
    expect(line.arrivals()).toHaveLength(payments);
  },
);

test("an open checkout that somebody comes back to can be pressed, and pays once", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  await alice.press("Once");
  await alice.expectPath(/^\/$/);
  await alice.back();
  await alice.press(PAY);
  await expectReceiptOfOnePayment(alice, orderId);
});

test("a window closed while the answer is on its way has paid: the next one shows the receipt", async ({
  alice,
  payers,
  orderId,
  line,
}) => {
  await openCheckout(alice, orderId);
  line.break("held", 1);
  await alice.press(PAY);
  await expectAnswered(line, 1);
  const next = await payers.window();
  await alice.close();
  await next.open(`/checkout/${orderId}`);
  await expectReceiptOfOnePayment(next, orderId);
});

test("an order that was paid in one window shows its receipt in another that is reloaded", async ({
  alice,
  payers,
  orderId,
}) => {
  const other = await payers.window();
  await openCheckout(other, orderId);
  await openCheckout(alice, orderId);
  await alice.press(PAY);
  await expectReceipt(alice);
  await other.reload();
  await expectReceiptOfOnePayment(other, orderId);
  await expectPaidOnce(orderId);
});
