/** The client of lib/client against the real server: it reads what the server really answers. */
import { randomUUID } from "node:crypto";
import { onceClient } from "../lib/client/client.ts";
import { expectPaidOnce } from "./books.ts";
import { expect, test } from "./fixtures.ts";

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
