/** Ways to press Pay. */
import { books, expectPaidOnce } from "../../support/books.ts";
import {
  CORE,
  expect,
  expectHeldByReact,
  expectReceipt,
  expectReceiptOfOnePayment,
  openCheckout,
  PAY,
  test,
} from "../story.ts";

const CHECKOUT = /^\/checkout\/([0-9a-f-]{36})$/;

test("a press pays, as soon as Pay can be pressed", CORE, async ({ alice, orderId, line }) => {
  await alice.open(`/checkout/${orderId}`);
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

test("Order clicked twice makes one order, and Pay clicked twice pays it once", async ({ alice }) => {
  await alice.open("/");
  await alice.press("Order Espresso", 2);
  await alice.expectPath(CHECKOUT);
  const orderId = CHECKOUT.exec(await alice.path())?.[1] ?? "";
  await expectHeldByReact(alice);
  await alice.press(PAY, 2);
  await expectReceipt(alice, "$3.20");
  await expectPaidOnce(orderId);
  const since = await books()`select 1 from orders o where o.created_at >= (
    select created_at from orders where id = ${orderId}) and o.id <> ${orderId}`;
  expect(since).toHaveLength(0);
});
