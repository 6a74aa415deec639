/** From a purpose and what a page sends for it to the use case: one way for the server action and the form without script. */
import type { PayCommand } from "@/db/payments/command";
import type { Purpose } from "@/lib/api/payment";
import type { PaymentResponse } from "@/lib/api/payment-response";
import {
  type Parsed,
  parse,
  payOrderRequest,
  refundRequest,
  topUpRequest,
  transferRequest,
} from "@/lib/api/requests";
import { isDemo } from "../lifecycle/environment.ts";
import type { PaymentAttempt } from "./payment-attempt.ts";
import { executePayment, rejectInvalid, rejectNotFound } from "./payment-service.ts";
import { forgetPress, notePress } from "./presses.ts";

/** The command that `payload` asks for, the same as over the API; undefined where there is no such thing here. */
function commandOf(purpose: Purpose, payload: unknown): Parsed<PayCommand> | undefined {
  switch (purpose.kind) {
    case "order": {
      const named = typeof payload === "object" ? { orderId: purpose.orderId, ...payload } : payload;
      return commandFrom(parse(payOrderRequest, named), (value) => ({ operation: "pay-order", ...value }));
    }
    case "transfer":
      return commandFrom(parse(transferRequest, payload), (value) => ({ operation: "transfer", ...value }));
    case "refund": {
      const { paymentId } = purpose;
      return commandFrom(parse(refundRequest, payload), (value) => ({
        operation: "refund",
        paymentId,
        ...value,
      }));
    }
    case "top-up":
      if (!isDemo()) return undefined;
      return commandFrom(parse(topUpRequest, payload), (value) => ({ operation: "top-up", ...value }));
    default:
      return purpose satisfies never;
  }
}

function commandFrom<T>(parsed: Parsed<T>, make: (value: T) => PayCommand): Parsed<PayCommand> {
  return parsed.ok ? { ok: true, value: make(parsed.value) } : parsed;
}

/**
 * Pays what `payload` says for `purpose`, under the attempt's key. A key that is open for another
 * purpose executes nothing, also where that is another form of the same kind. Throws what `pay` throws.
 */
export async function payForPurpose(
  attempt: PaymentAttempt,
  purpose: Purpose,
  payload: unknown,
): Promise<PaymentResponse> {
  const command = commandOf(purpose, payload);
  if (command === undefined) return rejectNotFound(attempt);
  if (!command.ok) return rejectInvalid(attempt, command.errors);
  const purposeId = purpose.kind === "order" ? purpose.orderId : purpose.intentId;
  notePress(attempt.userId, purposeId);
  try {
    return await executePayment(attempt, command.value, purpose);
  } finally {
    forgetPress(attempt.userId, purposeId);
  }
}
