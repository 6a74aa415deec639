/** Records every payment attempt with its verdict in payment_attempts: evidence, from which nothing is decided. */
import { type Attempt, recordAttempt } from "@/db/attempts/record";
import { traced } from "@/db/execution/tracing";
import type { PayResult } from "@/db/payments/pay";
import { countPayment } from "../observability/metrics.ts";

/** A request to pay with a key, through one of the channels: HTTP API, server action or plain form. */
export type PaymentAttempt = Pick<Attempt, "userId" | "key" | "channel" | "requestId">;

export type Verdict = Attempt["verdict"];

/** The verdict that a result gives on its attempt. */
export function verdictOf(result: PayResult): Verdict {
  switch (result.type) {
    case "settled":
      if (result.replayed) return "replayed";
      return result.payment.status === "succeeded" ? "paid" : "declined";
    case "reused":
      // Without a payment the key is open, for something else.
      return result.payment ? "reused" : "mismatch";
    case "refused":
    case "void":
      return result.type;
    default:
      return result satisfies never;
  }
}

/**
 * Does `work`, records the attempt with the verdict on its result ("unknown" where it throws), and returns the result.
 * Recording waits for nothing and never fails the work.
 */
export async function recordAndCount<T>(
  attempt: PaymentAttempt,
  work: () => Promise<T>,
  verdictOn: (result: T) => Verdict,
): Promise<T> {
  const arrivedAt = new Date();
  let verdict: Verdict = "unknown";
  return await traced("once.pay", { "once.channel": attempt.channel }, async (span) => {
    try {
      const result = await work();
      verdict = verdictOn(result);
      return result;
    } finally {
      span.setAttribute("once.verdict", verdict);
      recordAttempt({ ...attempt, arrivedAt, verdict });
      countPayment(attempt.channel, verdict);
    }
  });
}
