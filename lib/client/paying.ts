/**
 * The second half of the recipe: a key that is void is replaced by a new one for the same purpose; a payment, a decline
 * or a "never" ends the matter; and what nobody knows is said to be unknown.
 */
import { isPayment } from "../pay-answer.ts";
import type { DeclineCode, Payment } from "../payment.ts";
import type { IssuedKey } from "../responses.ts";
import type { Exchange } from "./exchange.ts";
import type { Persisted } from "./persist.ts";
import { type Refused, type Result, type Unknown, unknown } from "./result.ts";

/** What became of a call that moves money. `key` is the last one that was used; undefined where none was issued. */
export type PayOutcome =
  /** Money has moved, once. `isReplay`: an earlier request did it. */
  | { type: "paid"; key: string; payment: Payment; isReplay: boolean }
  /** No money has moved, and this key never moves any. `retry: "new-key"`: calling again may succeed once there is cause. */
  | {
      type: "declined";
      key: string;
      payment: Payment;
      declineCode: DeclineCode;
      retry: "new-key" | "never";
      isReplay: boolean;
    }
  | ({ key: string | undefined } & (Refused | Unknown));

/** A key goes void by being revoked or reaped between issuing and paying: rarely once, never this often. */
const KEYS_MAX = 3;

type PaySteps = {
  /** Issues the key of the purpose. */
  issue: () => Promise<Result<IssuedKey>>;
  /** Sends the payment with a key until there is an answer. */
  send: (key: string) => Promise<Persisted>;
};

/** Pays, beginning with `firstKey` where there is one. Never throws. */
export async function payOnce({ issue, send }: PaySteps, firstKey: string | undefined): Promise<PayOutcome> {
  let key = firstKey;
  for (let keys = 1; ; keys += 1) {
    if (key === undefined) {
      const issued = await issue();
      if (issued.type !== "ok") return { key, ...issued };
      if (issued.value.state === "settled") {
        const { payment } = issued.value;
        return { type: "paid", key: payment.id, payment, isReplay: true };
      }
      key = issued.value.key;
    }
    const sent = await send(key);
    if (sent.type === "given-up") return { key, ...unknown(sent) };
    const outcome = outcomeOf(key, sent.exchange);
    const isVoid = outcome.type === "refused" && outcome.problem.type === "/problems/idempotency-key-void";
    if (!isVoid || keys >= KEYS_MAX) return outcome;
    key = undefined;
  }
}

/** Reads an answer to a payment with `key`. */
function outcomeOf(key: string, exchange: Exclude<Exchange, { type: "lost" }>): PayOutcome {
  if (exchange.type === "success") {
    return { type: "paid", key, payment: exchange.body as Payment, isReplay: exchange.isReplay };
  }
  const { problem, isReplay } = exchange;
  if (problem.type === "/problems/declined") {
    return {
      type: "declined",
      key,
      payment: problem.payment as Payment,
      declineCode: problem.declineCode as DeclineCode,
      retry: problem.retry === "new-key" ? "new-key" : "never",
      isReplay,
    };
  }
  return { type: "refused", key, problem };
}

/**
 * Whether an exchange is about the payment with `key`: a success or a decline that is not (a captive portal, a cache
 * gone wrong) is as good as no answer.
 */
export function isAbout(key: string, exchange: Exchange): boolean {
  if (exchange.type === "success") return isPayment(exchange.body) && exchange.body.id === key;
  if (exchange.type === "problem" && exchange.problem.type === "/problems/declined") {
    const { payment, declineCode } = exchange.problem;
    return isPayment(payment) && payment.id === key && typeof declineCode === "string";
  }
  return true;
}
