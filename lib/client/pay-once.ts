/**
 * The second half of the recipe: one call pays under one key. What the server says of that key, and of this very request
 * under it, is the outcome; and what nobody knows is said to be unknown.
 *
 * The server alone tells whether a payment is the one that was asked for: it compares the request with the one that was
 * executed, byte for byte. Where issuing finds the purpose paid already, this request is therefore sent all the same,
 * under the key of that payment. It moves nothing there, and the answer is either a replay or `idempotency-key-reused`.
 *
 * A key that is void is never replaced by another one, not even by a call that got the key itself. Keys are hardly ever
 * lost; a void key has as a rule been revoked, and whoever did that was told that it was not paid and never will be. A
 * call that was begun before must not turn this into a payment. Calling again is a decision, and the caller's.
 */

import type { DeclineCode, Payment } from "../api/payment.ts";
import type { IssuedKey } from "../api/responses.ts";
import { isPayment } from "../pay/read-response.ts";
import { isId } from "./bodies.ts";
import type { Exchange } from "./exchange.ts";
import { type Refused, type Result, type Unknown, unknown } from "./result.ts";
import type { RetryResult } from "./retry.ts";

/** What became of a call that moves money. `key` is the one it was sent under; undefined where none was issued. */
export type PayOutcome =
  /** This request was executed, and money has moved, once. `isReplay`: it had been sent, and executed, before. */
  | { type: "paid"; key: string; payment: Payment; isReplay: boolean }
  /**
   * Money has moved under this key before, for another request: to somebody else, another amount, another note. What was
   * asked now was not executed; under an intent or for an order that is paid it never will be. `payment` is what was.
   */
  | { type: "already-paid"; key: string; payment: Payment }
  /** No money has moved, and this key never moves any. `retry: "new-key"`: calling again may succeed once there is cause. */
  | {
      type: "declined";
      key: string;
      payment: Payment;
      declineCode: DeclineCode;
      retry: "new-key" | "never";
      isReplay: boolean;
    }
  /**
   * The key was revoked, or is lost: it never moved money and never will. Nothing was sent under another. Calling again
   * without a key asks for a new one; the purpose is paid once at most, whatever its keys.
   */
  | { type: "void"; key: string }
  | ({ key: string | undefined } & (Refused | Unknown));

type PaySteps = {
  /** Issues the key of the purpose. */
  issue: () => Promise<Result<IssuedKey>>;
  /** Sends the payment with a key until there is an answer. */
  send: (key: string) => Promise<RetryResult>;
};

/** Pays under `givenKey`, or else under the key that is issued. Never throws. */
export async function payOnce({ issue, send }: PaySteps, givenKey: string | undefined): Promise<PayOutcome> {
  let key = givenKey;
  if (key === undefined) {
    const issued = await issue();
    if (issued.type !== "ok") return { key, ...issued };
    key = issued.value.state === "settled" ? issued.value.payment.id : issued.value.key;
  }
  const sent = await send(key);
  return sent.type === "given-up" ? { key, ...unknown(sent) } : outcomeOf(key, sent.exchange);
}

/** Reads an answer to a payment with `key`, which `isAnswerTo` has accepted. */
function outcomeOf(key: string, exchange: Exclude<Exchange, { type: "lost" }>): PayOutcome {
  if (exchange.type === "success") {
    return { type: "paid", key, payment: exchange.body as Payment, isReplay: exchange.isReplay };
  }
  const { problem, isReplay } = exchange;
  switch (problem.type) {
    case "/problems/declined":
      return {
        type: "declined",
        key,
        payment: problem.payment as Payment,
        declineCode: problem.declineCode as DeclineCode,
        retry: problem.retry === "new-key" ? "new-key" : "never",
        isReplay,
      };
    case "/problems/idempotency-key-void":
      return { type: "void", key };
    case "/problems/idempotency-key-reused":
      if (problem.moneyMoved === "yes")
        return { type: "already-paid", key, payment: problem.payment as Payment };
      break;
  }
  return { type: "refused", key, problem };
}

/** What a payment is to be like that executed the request: what was asked for, as far as it stands in a payment. */
export type Wanted = Pick<Payment, "kind"> & {
  [Name in "amountMinor" | "currency" | "orderId" | "refundOf" | "note"]?: string | undefined;
};

/**
 * Whether an exchange is about the payment with `key`, and whole: a 201 or a decline carries a payment like `wanted`, and
 * whatever else tells of money that moved carries what the key has paid. What is not (a captive portal, a cache gone wrong,
 * an answer that was cut on its way) is as good as no answer.
 */
export function isAnswerTo(key: string, wanted: Wanted, exchange: Exchange): boolean {
  const isOfKey = (payment: unknown, status: Payment["status"]): payment is Payment =>
    isPayment(payment) && payment.id === key && payment.status === status;
  switch (exchange.type) {
    case "lost":
      return false;
    case "success": {
      const { status, body } = exchange;
      return status === 201 && isOfKey(body, "succeeded") && isLike(wanted, body);
    }
    case "problem": {
      const { type, moneyMoved, payment, declineCode } = exchange.problem;
      if (type === "/problems/declined")
        return isOfKey(payment, "declined") && isLike(wanted, payment) && typeof declineCode === "string";
      if (moneyMoved === "yes") return isOfKey(payment, "succeeded");
      return payment === undefined || isOfKey(payment, "declined");
    }
    default:
      return exchange satisfies never;
  }
}

function isLike({ orderId, refundOf, ...wanted }: Wanted, payment: Payment): boolean {
  return (
    Object.entries(wanted).every(
      ([name, value]) => value === undefined || payment[name as keyof typeof wanted] === value,
    ) &&
    (orderId === undefined || isId(orderId, payment.orderId)) &&
    (refundOf === undefined || isId(refundOf, payment.refundOf))
  );
}
