"use server";

import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { z } from "zod";
import { putOrder } from "@/db/orders/orders";
import { demoId } from "@/db/seed";
import { requireAction } from "@/server/admit";
import { isDemo } from "@/server/environment";

/** What Bluebird Coffee sells in the demo. */
const MENU = {
  espresso: { description: "Espresso", amountMinor: "320" },
  "flat-white": { description: "Flat white", amountMinor: "450" },
  beans: { description: "House espresso beans, 2 kg", amountMinor: "3800" },
} as const;

/** Makes a fresh order of Bluebird Coffee and leads to its checkout. Demo only. */
export async function createDemoOrder(form: FormData): Promise<void> {
  await requireAction("createDemoOrder");
  const sku = z.enum(["espresso", "flat-white", "beans"]).safeParse(form.get("sku"));
  if (!isDemo() || !sku.success) redirect("/");
  const item = MENU[sku.data];
  const id = randomUUID();
  const put = await putOrder(demoId("mia"), id, {
    description: item.description,
    currency: "USD",
    items: [{ ...item, quantity: 1 }],
  });
  if (put.type !== "created") throw new Error(`Bug: a fresh demo order was not created but ${put.type}.`);
  redirect(`/checkout/${id}`);
}
