/** A payment link never changes, each use of it makes one order, and none once it is closed. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import type { PaymentLink, PaymentLinkRequest } from "../../lib/orders/payment-link.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { holding } from "../testing/fixtures/hold-lock.ts";
import { expectBooksRight, keyFor, newPerson, type Person, tally } from "../testing/fixtures/people.ts";
import { searchOrdersOf } from "./merchant-orders.ts";
import { cancelOrder, findOrder } from "./orders.ts";
import {
  closePaymentLink,
  findPaymentLink,
  listPaymentLinksOf,
  orderByLink,
  putPaymentLink,
} from "./payment-links.ts";

const test = testDatabase();
let merchant: Person;
let payer: Person;
beforeAll(async () => {
  merchant = await newPerson(test.owner, 0n, "merchant");
  payer = await newPerson(test.owner, 100_000n);
});

const REQUEST: PaymentLinkRequest = {
  description: "Filter course",
  currency: "USD",
  items: [
    { description: "Seat", quantity: 1, amountMinor: "1500" },
    { description: "Beans", quantity: 2, amountMinor: "250" },
  ],
  quantityMax: 5,
};

async function newLink(request = REQUEST): Promise<PaymentLink> {
  const put = await putPaymentLink(merchant.id, randomUUID(), request);
  if (put.type !== "created") throw new Error(`The link was not created: ${put.type}.`);
  return put.link;
}

const use = (quantity = 1, person = payer) => ({ userId: person.id, intentId: randomUUID(), quantity });

async function orderIds(link: PaymentLink): Promise<string[]> {
  const { entries } = await searchOrdersOf(merchant.id, { linkId: link.id }, { limit: 100 });
  return entries.map(({ order }) => order.id);
}

describe("a link", () => {
  it("that is put twice is one; what differs, or is somebody else's, conflicts", async () => {
    const id = randomUUID();
    const answers = await Promise.all([
      putPaymentLink(merchant.id, id, REQUEST),
      putPaymentLink(merchant.id, id, REQUEST),
    ]);
    expect(answers.map(({ type }) => type).sort()).toEqual(["created", "same"]);
    const { quantityMax: _any, ...once } = REQUEST;
    for (const other of [once, { ...REQUEST, quantityMax: 6 }, { ...REQUEST, description: "Another" }])
      expect(await putPaymentLink(merchant.id, id, other)).toEqual({ type: "conflict" });
    const stranger = await newPerson(test.owner, 0n, "merchant");
    expect(await putPaymentLink(stranger.id, id, REQUEST)).toEqual({ type: "conflict" });
  });

  it("is refused where its merchant has no account, or where the most of it is more than the ledger holds", async () => {
    expect(await putPaymentLink(merchant.id, randomUUID(), { ...REQUEST, currency: "CHF" })).toEqual({
      type: "no-account",
    });
    const items = [{ description: "Gold", quantity: 1, amountMinor: "5000000000000000000" }];
    expect(await putPaymentLink(merchant.id, randomUUID(), { ...REQUEST, items })).toEqual({
      type: "too-large",
    });
    expect(await findPaymentLink(randomUUID())).toBeUndefined();
  });

  it("cannot be changed or opened again, by its tables' owner either", async () => {
    const link = await newLink();
    const change = (sql: string) =>
      test.owner.unsafe(`update payment_links set ${sql} where id = '${link.id}'`);
    const refused = async (sql: string) => {
      await expect(Promise.resolve(change(sql))).rejects.toThrow("never changes");
    };
    await refused("total_minor = 1");
    await refused("closed_at = now(), items = '[]'");
    await change("closed_at = now()");
    await refused("closed_at = null");
    await refused("closed_at = now() + interval '1 day'");
    // The application may not even try.
    await expect(
      Promise.resolve(test.db.readingSql`update payment_links set closed_at = now() where id = ${link.id}`),
    ).rejects.toThrow("permission denied");
  });

  it("stands in its merchant's list, newest first, a page at a time", async () => {
    const other = await newPerson(test.owner, 0n, "merchant");
    for (let n = 0; n < 3; n += 1)
      await putPaymentLink(other.id, randomUUID(), { ...REQUEST, description: `Link ${n}` });
    const first = await listPaymentLinksOf(other.id, 2);
    const last = first.at(-1);
    const rest = await listPaymentLinksOf(other.id, 2, last && { at: new Date(last.createdAt), id: last.id });
    expect([...first, ...rest].map(({ description }) => description)).toEqual(["Link 2", "Link 1", "Link 0"]);
  });
});

describe("a use of a link", () => {
  it("makes an order of its items, times the quantity, that is paid like any other", async () => {
    const link = await newLink();
    const made = await orderByLink(link, use(3));
    if (made.type !== "created") throw new Error(`No order was made: ${made.type}.`);
    const order = await findOrder(made.orderId);
    expect(order).toMatchObject({
      merchant: { id: merchant.id },
      totalMinor: "6000",
      state: "open",
      items: [{ quantity: 3 }, { quantity: 6 }],
    });
    const key = await keyFor(payer.id, { kind: "order", orderId: made.orderId });
    const paid = await pay(payer.id, key, {
      operation: "pay-order",
      orderId: made.orderId,
      amountMinor: "6000",
      currency: "USD",
    });
    expect(tally([paid])).toEqual({ paid: 1 });
    const { entries } = await searchOrdersOf(merchant.id, { linkId: link.id }, { limit: 10 });
    const { handle } = payer;
    expect(entries).toMatchObject([{ buyer: { handle }, byLink: { linkId: link.id, handle } }]);
    await expectBooksRight(test.owner);
  });

  it("sent many times at once is one order; another intent, quantity or user makes another", async () => {
    const link = await newLink();
    const once = use(2);
    const made = await Promise.all(Array.from({ length: 8 }, () => orderByLink(link, once)));
    expect(made.map(({ type }) => type).sort()).toEqual(["created", ...Array(7).fill("same")]);
    expect(await orderIds(link)).toHaveLength(1);
    const other = await newPerson(test.owner, 0n);
    for (const another of [
      { ...once, intentId: randomUUID() },
      { ...once, quantity: 3 },
      { ...once, userId: other.id },
    ])
      expect(await orderByLink(link, another)).toMatchObject({ type: "created" });
    expect(new Set(await orderIds(link)).size).toBe(4);
  });

  it("makes nothing once the link is closed, and still finds what it made before", async () => {
    const link = await newLink();
    const before = use();
    const made = await orderByLink(link, before);
    expect(await closePaymentLink(payer.id, link.id)).toBe("not-found");
    expect(await closePaymentLink(merchant.id, link.id)).toBe("closed");
    expect(await closePaymentLink(merchant.id, link.id)).toBe("closed");
    expect(await findPaymentLink(link.id)).toMatchObject({ state: "closed" });
    expect(await orderByLink(link, use())).toEqual({ type: "closed" });
    expect(await orderByLink(link, before)).toEqual({ ...made, type: "same" });
    expect(await orderIds(link)).toHaveLength(1);
  });

  it("makes nothing by the link of who is frozen, or is no merchant any more; the link says that it is suspended", async () => {
    const seller = await newPerson(test.owner, 0n, "merchant");
    const put = await putPaymentLink(seller.id, randomUUID(), REQUEST);
    if (put.type !== "created") throw new Error(`The link was not created: ${put.type}.`);
    for (const change of ["role = 'payer'", "role = 'merchant', frozen_at = now()"]) {
      await test.owner.unsafe(`update users set ${change} where id = '${seller.id}'`);
      expect(await orderByLink(put.link, use())).toEqual({ type: "closed" });
      expect(await findPaymentLink(put.link.id)).toMatchObject({ state: "suspended" });
    }
    await test.owner`update users set frozen_at = null where id = ${seller.id}`;
    expect(await findPaymentLink(put.link.id)).toMatchObject({ state: "open" });
    expect(await orderByLink(put.link, use())).toMatchObject({ type: "created" });
  });

  it("that waits for the link's end makes nothing: whoever closed it was told so", async () => {
    const link = await newLink();
    const { making } = await holding(
      test.owner,
      `update payment_links set closed_at = now() where id = '${link.id}'`,
      async (held) => {
        const making = orderByLink(link, use());
        await held.waiting(1);
        return { making };
      },
    );
    expect(await making).toEqual({ type: "closed" });
    expect(await orderIds(link)).toEqual([]);
  });

  it("that is one too many of somebody who never pays leads back to the newest; paid and cancelled ones do not count", async () => {
    const link = await newLink();
    const visitor = await newPerson(test.owner, 10_000n);
    let newest: string | undefined;
    for (let n = 0; n < 10; n += 1) {
      const made = await orderByLink(link, use(1, visitor));
      if (made.type !== "created") throw new Error(`No order was made: ${made.type}.`);
      newest = made.orderId;
    }
    expect(await orderByLink(link, use(1, visitor))).toEqual({ type: "capped", orderId: newest });
    expect(await orderByLink(link, use(1, payer))).toMatchObject({ type: "created" });
    await cancelOrder(merchant.id, newest ?? "");
    expect(await orderByLink(link, use(1, visitor))).toMatchObject({ type: "created" });
  });

  it("that is one too many is so however many are pressed at once; the same at once is still one order", async () => {
    const link = await newLink();
    const visitor = await newPerson(test.owner, 0n);
    const last = use(1, visitor);
    for (let n = 0; n < 8; n += 1) await orderByLink(link, use(1, visitor));
    const same = await Promise.all(Array.from({ length: 6 }, () => orderByLink(link, last)));
    expect(same.map(({ type }) => type).sort()).toEqual(["created", ...Array(5).fill("same")]);
    const made = await Promise.all(Array.from({ length: 24 }, () => orderByLink(link, use(1, visitor))));
    expect(made.filter(({ type }) => type === "created")).toHaveLength(1);
    expect(await orderIds(link)).toHaveLength(10);
  });
});
