/** The client of lib/client against the real server: it reads what the server really answers. */
import { randomUUID } from "node:crypto";
import { onceClient } from "../../lib/client/client.ts";
import type { PayOutcome } from "../../lib/client/pay-once.ts";
import { expectPaidOnce } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";

test("a shop and a payer do all their business through the client", async ({ baseURL }) => {
  const as = (handle: string) => onceClient({ baseUrl: baseURL ?? "", apiKey: `once_demo_${handle}` });
  const [alice, mia] = [as("alice"), as("mia")];
  const orderIds = [randomUUID(), randomUUID()] as const;
  const items = [{ description: "Flat white", quantity: 2, amountMinor: "450" }];
  for (const id of orderIds) {
    const put = await mia.putOrder(id, { description: "Breakfast", currency: "USD", items });
    expect(put).toMatchObject({ type: "ok", status: 201, value: { id, totalMinor: "900" } });
  }

  const order = { orderId: orderIds[0], amountMinor: "900", currency: "USD" };
  const [paid, again] = [await alice.payOrder(order), await alice.payOrder(order)];
  expect(paid).toMatchObject({ type: "paid", payment: { orderId: order.orderId } });
  if (paid.type !== "paid") throw new Error("Bug: what matched is not so.");
  expect(again).toMatchObject({ type: "paid", payment: paid.payment });
  expect((await expectPaidOnce(order.orderId)).id).toBe(paid.payment.id);
  const refund = await mia.refund({ intentId: randomUUID(), paymentId: paid.payment.id, amountMinor: "450" });
  expect(refund).toMatchObject({ type: "paid", payment: { refundOf: paid.payment.id } });
  expect(await mia.cancelOrder(orderIds[1])).toMatchObject({ value: { state: "cancelled" } });

  // Newest first, a page at a time, and each page goes on where the one before ended.
  const newest = await mia.orders({ limit: 1 });
  expect(newest).toMatchObject({ type: "ok", value: { orders: [{ id: orderIds[1], state: "cancelled" }] } });
  const cursor = newest.type === "ok" ? newest.value.nextCursor : null;
  if (cursor === null) throw new Error("There is another order, and the page says that it is the last.");
  const next = await mia.orders({ limit: 1, cursor });
  expect(next).toMatchObject({ value: { orders: [{ id: orderIds[0], state: "paid" }] } });
  for (const client of [alice, mia]) {
    const page = await client.payments({ limit: 2 });
    expect(page).toMatchObject({ value: { payments: [{ kind: "refund" }, { id: paid.payment.id }] } });
  }
  expect(await alice.orders()).toMatchObject({ type: "refused", problem: { type: "/problems/forbidden" } });
  expect(await alice.accounts()).toMatchObject({
    value: { accounts: expect.arrayContaining([expect.objectContaining({ currency: "USD" })]) },
  });
});

test("an intent that has paid something else says so, of whatever kind, and moves nothing", async ({
  baseURL,
}) => {
  const as = (handle: string) => onceClient({ baseUrl: baseURL ?? "", apiKey: `once_demo_${handle}` });
  const [alice, mia] = [as("alice"), as("mia")];
  const [intentId, orderId] = [randomUUID(), randomUUID()];
  const items = [{ description: "Cortado", quantity: 1, amountMinor: "400" }];
  await mia.putOrder(orderId, { description: "Cortado", currency: "USD", items });
  const order = { orderId, amountMinor: "400", currency: "USD" };
  const sale = await alice.payOrder(order);
  if (sale.type !== "paid") throw new Error(`Paying the order was ${sale.type}.`);
  const transfer = { intentId, payee: "bob", amountMinor: "100", currency: "USD" };
  const refund = { intentId, paymentId: sale.payment.id, amountMinor: "100" };
  const topUp = { intentId: randomUUID(), amountMinor: "100", currency: "USD" };

  const calls: [same: () => Promise<PayOutcome>, others: (() => Promise<PayOutcome>)[]][] = [
    [() => alice.payOrder(order), [() => alice.payOrder({ ...order, amountMinor: "401" })]],
    [
      () => alice.transfer(transfer),
      [
        () => alice.transfer({ ...transfer, payee: "mia", amountMinor: "50000" }),
        () => alice.transfer({ ...transfer, note: "for the coffee" }),
      ],
    ],
    [() => mia.refund(refund), [() => mia.refund({ intentId, paymentId: refund.paymentId })]],
    [() => alice.topUp(topUp), [() => alice.topUp({ ...topUp, amountMinor: "50000" })]],
  ];
  for (const [same, others] of calls) {
    const first = await same();
    if (first.type !== "paid") throw new Error(`The first call was ${first.type}.`);
    const { key, payment } = first;
    for (const other of others) expect(await other()).toEqual({ type: "already-paid", key, payment });
    expect(await same()).toEqual({ ...first, isReplay: true });
  }
});

test("a key that was revoked stays unpaid, and no other is paid in its place", async ({ baseURL }) => {
  const alice = onceClient({ baseUrl: baseURL ?? "", apiKey: "once_demo_alice" });
  const transfer = { intentId: randomUUID(), payee: "bob", amountMinor: "100", currency: "USD" };
  const purpose = { kind: "transfer", intentId: transfer.intentId } as const;
  const issued = await alice.issueKey(purpose);
  if (issued.type !== "ok" || issued.value.state !== "open") throw new Error("There is no key to revoke.");
  const { key } = issued.value;
  expect(await alice.revokeKey(key)).toMatchObject({ value: { state: "void" } });
  expect(await alice.transfer(transfer, { key })).toEqual({ type: "void", key });
  // Nothing has paid the purpose, and whoever decides to pay it after all may.
  expect(await alice.issueKey(purpose)).toMatchObject({ value: { state: "open" } });
  const paid = await alice.transfer(transfer);
  expect(paid).toMatchObject({ type: "paid", isReplay: false });
  expect(paid.key).not.toBe(key);
});
