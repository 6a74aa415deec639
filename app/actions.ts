"use server";

import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { z } from "zod";
import { putOrder } from "@/db/orders/orders";
import { demoId } from "@/db/seed";
import { MENU, SKUS } from "@/lib/menu";
import { requireAction } from "@/server/admit";
import { isDemo } from "@/server/environment";

/** Makes a fresh order of Bluebird Coffee and leads to its checkout. Demo only. */
export async function createDemoOrder(form: FormData): Promise<void> {
  await requireAction("createDemoOrder");
  const sku = z.enum(SKUS).safeParse(form.get("sku"));
  if (!isDemo() || !sku.success) redirect("/");
  const { description, amountMinor } = MENU[sku.data];
  const id = randomUUID();
  const put = await putOrder(demoId("mia"), id, {
    description,
    currency: "USD",
    items: [{ description, quantity: 1, amountMinor }],
  });
  if (put.type !== "created") throw new Error(`Bug: a fresh demo order was not created but ${put.type}.`);
  redirect(`/checkout/${id}`);
}
