/** Funding: an operator puts money into somebody's account, or takes it out, against the house account of the currency. */
import { issueKey } from "../idempotency/issue.ts";
import { type PayResult, pay } from "./pay.ts";

export type Funding = {
  direction: "credit" | "debit";
  /** Whose account, by handle. */
  accountOf: string;
  amountMinor: bigint;
  currency: string;
  /** Why; it is the payment's note, which the account's owner reads too. */
  reason: string;
};

/** `capped`: the operator has as many open keys as anybody may. */
export type FundResult = Exclude<PayResult, { type: "void" }> | { type: "capped" };

/** A key is void where the intent was paid under another meanwhile; issuing then finds that payment. */
const TRIES_MAX = 3;

/**
 * Funds an account once for each `intentId` of this operator, however often and from however many places it is called with
 * it: the same again finds the payment, another funding under the same intent is `reused` and moves nothing. After a decline
 * the same intent may try again. Throws OutcomeUnknown where the database did not answer in time; call it again then.
 */
export async function fund(operatorId: string, intentId: string, funding: Funding): Promise<FundResult> {
  const { direction, accountOf, amountMinor, currency, reason } = funding;
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const issued = await issueKey(operatorId, { kind: "funding", intentId });
    if (issued.type === "not-found") return { type: "refused", reason: "not_operator" };
    if (issued.type === "capped") return issued;
    if (issued.type === "other-subject") throw new Error("Bug: a funding has no other subject.");
    // Under the key of a payment that is there, this moves nothing: it says whether that payment is the one asked for.
    const key = issued.type === "settled" ? issued.payment.id : issued.key;
    const result = await pay(operatorId, key, {
      operation: "funding",
      direction,
      accountOf,
      amountMinor: amountMinor.toString(),
      currency,
      note: reason,
    });
    if (result.type !== "void") return result;
  }
  throw new Error("The key was lost again and again; nothing was paid under any of them.");
}
