/** Ways to press Pay. */
import { expectPaidOnce } from "../../support/books.ts";
import { CORE, expect, expectReceipt, expectReceiptOfOnePayment, openCheckout, PAY, test } from "../story.ts";

test("one press pays", CORE, async ({ alice, orderId, line }) => {
  await openCheckout(alice, orderId);
  await alice.press(PAY);
  await expectReceiptOfOnePayment(alice, orderId);
  expect(line.arrivals()).toHaveLength(1);
});

test("a double click pays once", CORE, async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await alice.press(PAY, 2);
  await expectReceiptOfOnePayment(alice, orderId);
});

test("Enter and a click together pay once", CORE, async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await alice.pressByEnterAndClick(PAY);
  await expectReceiptOfOnePayment(alice, orderId);
});

test("twenty clicks pay once", CORE, async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await alice.pressAtOnce(PAY, 20);
  await expectReceiptOfOnePayment(alice, orderId);
});

test(
  "two windows on one order, both pressed before either arrives, pay it once",
  CORE,
  async ({ alice, payers, orderId, line }) => {
    const other = await payers.window();
    await openCheckout(alice, orderId);
    await openCheckout(other, orderId);
    line.gather(2);
    await alice.press(PAY);
    await other.press(PAY);
    await expectReceipt(alice);
    await expectReceipt(other);
    expect(await alice.path()).toBe(await other.path());
    await expectPaidOnce(orderId);
  },
);
