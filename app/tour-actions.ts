"use server";

import { cookies } from "next/headers";
import { redirect } from "next/navigation";
import { findReceipt } from "@/db/payments/views/receipt";
import { uuid } from "@/lib/api/requests";
import { TOUR_COOKIE, TOUR_SKU } from "@/lib/menu";
import { requireAction } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { putMenuOrder } from "@/server/orders/menu-order";

/** A year: whoever has seen it does not want to see it again. */
const SEEN_MAX_AGE_SECONDS = 365 * 24 * 60 * 60;

/** Puts the tour's order, one for each form, and returns its id. Demo only; undefined where there is none to be had. */
export async function startTour(orderId: string, userId: string): Promise<string | undefined> {
  await requireAction("startTour", userId);
  const id = uuid.safeParse(orderId);
  return isDemo() && id.success ? putMenuOrder(TOUR_SKU, id.data) : undefined;
}

/** How often the payment under one's own key was asked for, and how often it was charged. Reads alone. */
export async function readTour(
  key: string,
  userId: string,
): Promise<{ received: number; charged: number } | undefined> {
  const viewer = await requireAction("readTour", userId);
  const id = uuid.safeParse(key);
  const receipt = id.success ? await findReceipt(viewer.id, id.data) : undefined;
  if (receipt === undefined) return undefined;
  return {
    received: receipt.proof.arrivals?.length ?? 0,
    charged: receipt.proof.transfer === undefined ? 0 : 1,
  };
}

/** Takes the tour off the start page, for this browser. */
export async function dismissTour(): Promise<void> {
  await requireAction("dismissTour");
  (await cookies()).set(TOUR_COOKIE, "seen", {
    maxAge: SEEN_MAX_AGE_SECONDS,
    path: "/",
    sameSite: "lax",
    httpOnly: true,
  });
  redirect("/");
}
