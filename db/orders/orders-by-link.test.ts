/** Whoever opens a payment link again sees what they have ordered by it, and nobody else's orders. */
import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import type { PaymentLink } from "../../lib/orders/payment-link.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { keyFor, newOrder, newPerson, type Person } from "../testing/fixtures/people.ts";
import { cancelOrder } from "./orders.ts";
import { listOrdersByLink } from "./orders-by-link.ts";
import { orderByLink, putPaymentLink, UNPAID_ORDERS_MAX } from "./payment-links.ts";

const test = testDatabase();
let merchant: Person;
let buyer: Person;
let stranger: Person;
beforeAll(async () => {
  merchant = await newPerson(test.owner, 0n, "merchant");
  [buyer, stranger] = [await newPerson(test.owner, 100_000n), await newPerson(test.owner, 100_000n)];
});

async function newLink(): Promise<PaymentLink> {
  const put = await putPaymentLink(merchant.id, randomUUID(), {
    description: "Card",
    currency: "USD",
    items: [{ description: "Card", quantity: 1, amountMinor: "300" }],
  });
  if (put.type !== "created") throw new Error(`The link was not created: ${put.type}.`);
  return put.link;
}

async function order(link: PaymentLink, { id: userId }: Person): Promise<string> {
  const made = await orderByLink(link, { userId, intentId: randomUUID(), quantity: 1 });
  if (made.type !== "created") throw new Error(`No order was made: ${made.type}.`);
  return made.orderId;
}

async function payFor(orderId: string, payer: Person): Promise<string> {
  const key = await keyFor(payer.id, { kind: "order", orderId });
  const command = { operation: "pay-order", orderId, amountMinor: "300", currency: "USD" } as const;
  expect(await pay(payer.id, key, command)).toMatchObject({ payment: { status: "succeeded" } });
  return key;
}

it("what was paid leads to its payment, what is open stands there as open, what was cancelled is left out", async () => {
  const link = await newLink();
  expect(await listOrdersByLink(link.id, buyer.id)).toEqual([]);
  const paidOwn = await order(link, buyer);
  const paidByOther = await order(link, buyer);
  const open = await order(link, buyer);
  await cancelOrder(merchant.id, await order(link, buyer));
  const payments = [await payFor(paidOwn, buyer), await payFor(paidByOther, stranger)];
  const at = expect.stringMatching(/^\d{4}-.*Z$/);
  expect(await listOrdersByLink(link.id, buyer.id)).toEqual([
    { id: open, totalMinor: "300" },
    {
      id: paidByOther,
      totalMinor: "300",
      paid: { paymentId: payments[1], byUserId: stranger.id, at },
    },
    { id: paidOwn, totalMinor: "300", paid: { paymentId: payments[0], byUserId: buyer.id, at } },
  ]);
});

it("an order that the address names is there however old, but only where it is the viewer's own and by this link", async () => {
  const [link, otherLink] = [await newLink(), await newLink()];
  const oldest = await order(link, buyer);
  await payFor(oldest, buyer);
  for (let made = 0; made < 5; made++) await order(link, buyer);
  const ids = async (named: string) => (await listOrdersByLink(link.id, buyer.id, named)).map(({ id }) => id);
  expect(await ids(randomUUID())).not.toContain(oldest);
  expect(await ids(oldest)).toContain(oldest);
  for (const notTheirs of [await order(link, stranger), await order(otherLink, buyer)])
    expect(await ids(notTheirs)).not.toContain(notTheirs);
});

it("all that are not paid are there, as many as there can be; whoever ordered one cancels it, and can order again", async () => {
  const link = await newLink();
  const made: string[] = [];
  for (let count = 0; count < UNPAID_ORDERS_MAX; count++) made.push(await order(link, buyer));
  const use = { userId: buyer.id, intentId: randomUUID(), quantity: 1 };
  expect(await orderByLink(link, use)).toMatchObject({ type: "capped" });
  const listed = async () => (await listOrdersByLink(link.id, buyer.id)).map(({ id }) => id);
  expect((await listed()).sort()).toEqual([...made].sort());
  const [first = ""] = made;
  expect(await cancelOrder(stranger.id, first)).toEqual({ type: "not-found" });
  expect(await cancelOrder(buyer.id, first)).toMatchObject({ type: "cancelled" });
  expect(await cancelOrder(buyer.id, first)).toMatchObject({ type: "cancelled" });
  expect(await listed()).not.toContain(first);
  expect(await orderByLink(link, use)).toMatchObject({ type: "created" });
});

it("what was paid is not cancelled by whoever ordered it, and an order of a merchant's own is nobody else's to cancel", async () => {
  const link = await newLink();
  const paid = await order(link, buyer);
  await payFor(paid, stranger);
  expect(await cancelOrder(buyer.id, paid)).toEqual({ type: "paid" });
  const { orderId } = await newOrder(merchant, "10");
  for (const who of [buyer, stranger])
    expect(await cancelOrder(who.id, orderId)).toEqual({ type: "not-found" });
});
