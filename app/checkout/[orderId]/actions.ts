"use server";

import { z } from "zod";
import type { DoorAnswer } from "@/lib/api/payment-response";
import { problem } from "@/lib/api/problems";
import { parse, payOrderRequest, uuid } from "@/lib/api/requests";
import { problemOf } from "@/server/http/responses";
import { admitToAction } from "@/server/identity/authorize";
import { answerInvalid, answerPayment } from "@/server/pay/payment-service";

/** Who opened the form, and the key it holds; what is paid is parsed after the key can be looked up. */
const opening = z.object({ userId: uuid, key: uuid });

export type PayOrderInput = {
  userId: string;
  key: string;
  orderId: string;
  amountMinor: string;
  currency: string;
};

/** The server action behind Pay: the same use case as `POST /api/payments`. Returns data, and never redirects. */
export async function payOrder(input: PayOrderInput): Promise<DoorAnswer> {
  try {
    const admitted = await admitToAction("payOrder");
    const opened = opening.safeParse(input);
    // Whoever is signed in now must be who opened the form, before anything is looked up.
    if (!admitted.ok || !opened.success || opened.data.userId !== admitted.viewer.id) {
      const body = problem(admitted.ok ? "unauthenticated" : admitted.problem);
      const wait = admitted.ok ? undefined : admitted.retryAfterSeconds;
      return { status: body.status, body, replayed: false, ...(wait && { retryAfterSeconds: wait }) };
    }
    const { userId: _userId, key: _key, ...body } = input;
    const arrival = { ...opened.data, channel: "action" } as const;
    const parsed = parse(payOrderRequest, body);
    return parsed.ok
      ? await answerPayment(arrival, { operation: "pay-order", ...parsed.value })
      : await answerInvalid(arrival, parsed.errors);
  } catch (error) {
    const body = problemOf(error, { action: "payOrder" });
    return { status: body.status, body, replayed: false };
  }
}
