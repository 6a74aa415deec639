"use server";

import { z } from "zod";
import type { PaymentResponse } from "@/lib/api/payment-response";
import { problem } from "@/lib/api/problems";
import { parse, payOrderRequest, uuid } from "@/lib/api/requests";
import { problemOf } from "@/server/http/responses";
import { authorizeAction } from "@/server/identity/authorize";
import { executePayment, rejectInvalid } from "@/server/pay/payment-service";

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
export async function payOrder(input: PayOrderInput): Promise<PaymentResponse> {
  try {
    const authorization = await authorizeAction("payOrder");
    const opened = opening.safeParse(input);
    // Whoever is signed in now must be who opened the form, before anything is looked up.
    if (!authorization.ok || !opened.success || opened.data.userId !== authorization.viewer.id) {
      const body = problem(authorization.ok ? "unauthenticated" : authorization.problem);
      const wait = authorization.ok ? undefined : authorization.retryAfterSeconds;
      return { status: body.status, body, replayed: false, ...(wait && { retryAfterSeconds: wait }) };
    }
    const { userId: _userId, key: _key, ...body } = input;
    const attempt = { ...opened.data, channel: "action" } as const;
    const parsed = parse(payOrderRequest, body);
    return parsed.ok
      ? await executePayment(attempt, { operation: "pay-order", ...parsed.value })
      : await rejectInvalid(attempt, parsed.errors);
  } catch (error) {
    const body = problemOf(error, { action: "payOrder" });
    return { status: body.status, body, replayed: false };
  }
}
