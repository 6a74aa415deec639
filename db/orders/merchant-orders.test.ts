/** A merchant's list of orders: each state, who paid, and places in it that stay where they are. */
import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import type { Cursor } from "../execution/cursor.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { keyFor, newOrder, newPerson, type Person, tally } from "../testing/fixtures/people.ts";
import { findMerchantOrder, type OrderFilter, searchOrdersOf } from "./merchant-orders.ts";
import { cancelOrder } from "./orders.ts";

const test = testDatabase();
let merchant: Person;
let payer: Person;
const ids: Record<"open" | "paid" | "cancelled" | "expired", string> = {
  open: "",
  paid: "",
  cancelled: "",
  expired: "",
};
beforeAll(async () => {
  merchant = await newPerson(test.owner, 0n, "merchant");
  payer = await newPerson(test.owner, 1_000n);
  const paid = await newOrder(merchant, "10");
  const key = await keyFor(payer.id, paid.purpose);
  expect(tally([await pay(payer.id, key, paid.command)])).toEqual({ paid: 1 });
  ids.paid = paid.orderId;
  ids.cancelled = (await newOrder(merchant, "10")).orderId;
  await cancelOrder(merchant.id, ids.cancelled);
  ids.expired = (await newOrder(merchant, "10", "2001-01-01T00:00:00Z")).orderId;
  ids.open = (await newOrder(merchant, "10", "9999-01-01T00:00:00Z")).orderId;
});

async function found(filter: OrderFilter, of = merchant): Promise<string[]> {
  const { entries } = await searchOrdersOf(of.id, filter, { limit: 10 });
  return entries.map(({ order }) => order.id);
}

it("has each state under its own filter, and all of them without", async () => {
  for (const state of ["open", "paid", "cancelled", "expired"] as const)
    expect(await found({ state }), state).toEqual([ids[state]]);
  expect(await found({})).toEqual([ids.open, ids.expired, ids.cancelled, ids.paid]);
});

it("finds by what was ordered and by who paid, by handle and by name, and by no sign of a pattern", async () => {
  expect(await found({ text: "A THING" })).toHaveLength(4);
  expect(await found({ text: `@${payer.handle}` })).toEqual([ids.paid]);
  expect(await found({ text: payer.handle.slice(1, 12) })).toEqual([ids.paid]);
  for (const text of ["%", "_ thing", "\\", "A%thing"]) expect(await found({ text }), text).toEqual([]);
});

it("is the merchant's own: somebody else's orders are in no list and are not found", async () => {
  const other = await newPerson(test.owner, 0n, "merchant");
  expect(await found({}, other)).toEqual([]);
  expect(await findMerchantOrder(other.id, ids.paid)).toBeUndefined();
  expect(await findMerchantOrder(payer.id, ids.paid)).toBeUndefined();
  expect(await findMerchantOrder(merchant.id, ids.paid)).toMatchObject({ buyer: { handle: payer.handle } });
});

it("says what of a paid order was refunded, and nothing where nothing was", async () => {
  const seller = await newPerson(test.owner, 0n, "merchant");
  const [part, none] = [await newOrder(seller, "100"), await newOrder(seller, "100")];
  const buyer = await newPerson(test.owner, 1_000n);
  for (const { purpose, command } of [part, none])
    await pay(buyer.id, await keyFor(buyer.id, purpose), command);
  const paymentId = (await findMerchantOrder(seller.id, part.orderId))?.order.paidBy?.paymentId ?? "";
  for (const amountMinor of ["30", "25"]) {
    const key = await keyFor(seller.id, { kind: "refund", paymentId, intentId: randomUUID() });
    await pay(seller.id, key, { operation: "refund", paymentId, amountMinor });
  }
  expect(await findMerchantOrder(seller.id, part.orderId)).toMatchObject({ refundedMinor: 55n });
  const { entries } = await searchOrdersOf(seller.id, {}, { limit: 10 });
  expect(entries.map(({ order, refundedMinor }) => [order.id, refundedMinor])).toEqual([
    [none.orderId, undefined],
    [part.orderId, 55n],
  ]);
});

it("is turned page by page without a gap or a repetition, whatever is put meanwhile", async () => {
  const busy = await newPerson(test.owner, 0n, "merchant");
  const all: string[] = [];
  for (let n = 0; n < 5; n += 1) all.unshift((await newOrder(busy, "10")).orderId);
  const seen: string[] = [];
  let after: Cursor | undefined;
  do {
    const page = await searchOrdersOf(busy.id, {}, { limit: 2, after });
    seen.push(...page.entries.map(({ order }) => order.id));
    after = page.next;
    await newOrder(busy, "10");
  } while (after);
  expect(seen).toEqual(all);
});

it("is searched no further than it may be at once, and from there on", async () => {
  const busy = await newPerson(test.owner, 0n, "merchant");
  const old = (await newOrder(busy, "10")).orderId;
  await test.owner`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, items, total_minor, request_hash,
                        created_at, cancelled_at)
    select gen_random_uuid(), merchant_id, merchant_account_id, 'Other', currency, items, total_minor, request_hash,
           created_at + n * interval '1 millisecond', null
      from orders, generate_series(1, 20005) n where id = ${old}`;
  const first = await searchOrdersOf(busy.id, { text: "A thing" }, { limit: 5 });
  expect(first).toMatchObject({ entries: [], isCut: true });
  const second = await searchOrdersOf(busy.id, { text: "A thing" }, { limit: 5, after: first.next });
  expect(second).toMatchObject({ entries: [{ order: { id: old } }], isCut: false, next: undefined });
  expect(await found({ text: randomUUID() }, busy)).toEqual([]);
});
