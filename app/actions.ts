"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { type PutOrder, putOrder } from "@/db/orders/orders";
import { demoId } from "@/db/setup/seed";
import { uuid } from "@/lib/api/requests";
import { MENU, SKUS } from "@/lib/menu";
import { requireAction } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";

const ordering = z.object({ sku: z.enum(SKUS), orderId: uuid });

/**
 * Puts an order of Bluebird Coffee under the id that the form has had since it was shown, and leads to its checkout: pressed
 * twice, it is one order. Where that order is no longer open, somebody went back to the page and orders again: the id of the
 * next order follows from the one before, so that this is one order too, however often it is pressed. Demo only.
 */
export async function createDemoOrder(form: FormData): Promise<void> {
  await requireAction("createDemoOrder");
  const wanted = ordering.safeParse(Object.fromEntries(form));
  if (!isDemo() || !wanted.success) redirect("/");
  const { sku, orderId } = wanted.data;
  let put = await order(sku, orderId);
  while (put.type === "same" && put.order.state !== "open")
    put = await order(sku, demoId(`order after ${put.order.id}`));
  if (put.type === "conflict") redirect("/");
  if (put.type !== "created" && put.type !== "same")
    throw new Error(`Bug: a demo order was not put but ${put.type}.`);
  redirect(`/checkout/${put.order.id}`);
}

function order(sku: (typeof SKUS)[number], id: string): Promise<PutOrder> {
  const { description, amountMinor } = MENU[sku];
  return putOrder(demoId("mia"), id, {
    description,
    currency: "USD",
    items: [{ description, quantity: 1, amountMinor }],
  });
}
