/** Orders of the demo's menu. */
import { type PutOrder, putOrder } from "@/db/orders/orders";
import { demoId } from "@/db/setup/seed";
import { MENU, type SKUS } from "@/lib/menu";

type Sku = (typeof SKUS)[number];

/**
 * Puts an order of Bluebird Coffee under the id that its form has had since it was shown: pressed twice, it is one order. Where
 * that order is no longer open, somebody went back to the page and orders again: the id of the next order follows from the one
 * before, so that this is one order too, however often it is pressed. Undefined where the id belongs to something else.
 */
export async function putMenuOrder(sku: Sku, orderId: string): Promise<string | undefined> {
  let put = await order(sku, orderId);
  while (put.type === "same" && put.order.state !== "open")
    put = await order(sku, demoId(`order after ${put.order.id}`));
  if (put.type === "conflict") return undefined;
  if (put.type !== "created" && put.type !== "same")
    throw new Error(`Bug: a demo order was not put but ${put.type}.`);
  return put.order.id;
}

function order(sku: Sku, id: string): Promise<PutOrder> {
  const { description, amountMinor } = MENU[sku];
  return putOrder(demoId("mia"), id, {
    description,
    currency: "USD",
    items: [{ description, quantity: 1, amountMinor }],
  });
}
