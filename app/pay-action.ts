"use server";

import { z } from "zod";
import type { PaymentResponse } from "@/lib/api/payment-response";
import { problem } from "@/lib/api/problems";
import { purpose, uuid } from "@/lib/api/requests";
import type { PayInput } from "@/lib/pay/state";
import { problemOf } from "@/server/http/responses";
import { authorizeAction } from "@/server/identity/authorize";
import { payForPurpose } from "@/server/pay/pay-for-purpose";

/** Who opened the form, the key it holds, and for what; what is paid is parsed after the key can be looked up. */
const opening = z.object({ userId: uuid, key: uuid, purpose, payload: z.unknown() });

/**
 * The server action behind Pay, for any purpose: the same use case as the API's. Returns data, and never redirects.
 */
export async function payNow(input: PayInput): Promise<PaymentResponse> {
  try {
    const opened = opening.safeParse(input);
    // Whoever is signed in now must be who opened the form, before anything is looked up.
    const authorization = await authorizeAction("payNow", opened.data?.userId);
    if (!authorization.ok || !opened.success) {
      const isOther = authorization.ok || authorization.problem === "other-user";
      const body = problem(isOther ? "unauthenticated" : authorization.problem);
      const wait = authorization.ok ? undefined : authorization.retryAfterSeconds;
      return { status: body.status, body, replayed: false, ...(wait && { retryAfterSeconds: wait }) };
    }
    const { userId, key, purpose: wanted, payload } = opened.data;
    return await payForPurpose({ userId, key, channel: "action" }, wanted, payload);
  } catch (error) {
    const body = problemOf(error, { action: "payNow" });
    return { status: body.status, body, replayed: false };
  }
}
