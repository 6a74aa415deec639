"use server";

import { redirect } from "next/navigation";
import { z } from "zod";
import { uuid } from "@/lib/api/requests";
import { SKUS } from "@/lib/menu";
import { requireAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";
import { isDemo } from "@/server/lifecycle/environment";
import { putMenuOrder } from "@/server/orders/menu-order";

const ordering = z.object({ sku: z.enum(SKUS), orderId: uuid });

/** Orders something of the demo's menu, once per form, and leads to its checkout. Demo only. */
export async function createDemoOrder(form: FormData): Promise<void> {
  await requireAction("createDemoOrder", whoOpened(form));
  const wanted = ordering.safeParse(Object.fromEntries(form));
  if (!isDemo() || !wanted.success) redirect("/");
  const orderId = await putMenuOrder(wanted.data.sku, wanted.data.orderId);
  redirect(orderId === undefined ? "/" : `/checkout/${orderId}`);
}
