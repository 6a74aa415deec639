/** Approving a correction that another operator asked for: it is settled, once, as everything that moves money is. */
import { eq } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { ledgerAdjustments } from "../schema/ledger.ts";
import { type PayResult, pay } from "./pay.ts";

/** `capped`: who asked has as many open keys as anybody may. */
export type ApproveResult = Exclude<PayResult, { type: "void" }> | { type: "capped" };

/** A key is void where another approval settled meanwhile; the request then says under which. */
const TRIES_MAX = 3;

/**
 * Approves the request called `id` as `actorId`, once, however often and by however many it is called: the same again finds the
 * outcome, also a decline, after which the request has ended; another operator's is `reused`, with the payment. Settling refuses
 * who asked for it themselves, who is no operator at that moment, an asker who is none any more, and the accounts of either.
 * Throws OutcomeUnknown where the database did not answer in time; call it again then.
 */
export async function approveAdjustment(actorId: string, id: string): Promise<ApproveResult> {
  let refused: ApproveResult | undefined;
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const [asked] = await database()
      .reading.select()
      .from(ledgerAdjustments)
      .where(eq(ledgerAdjustments.id, id));
    if (!asked) return { type: "refused", reason: "adjustment_unknown" };
    const { askedBy, debitAccountId, creditAccountId, amountMinor, currency, reason, paymentId } = asked;
    // It ended without a payment, as was said before.
    if (refused !== undefined && paymentId === null) return refused;
    let key = paymentId;
    if (key === null) {
      const issued = await issueKey(askedBy, { kind: "adjustment", intentId: id });
      if (issued.type === "capped") return issued;
      if (issued.type === "not-found" || issued.type === "other-subject")
        throw new Error("Bug: a request that is there has no purpose.");
      key = issued.type === "settled" ? issued.payment.id : issued.key;
    }
    const result = await pay(askedBy, key, {
      operation: "adjustment",
      adjustmentId: id,
      debitAccountId,
      creditAccountId,
      amountMinor: amountMinor.toString(),
      currency,
      note: reason,
      actorId,
    });
    if (result.type === "refused" && result.reason === "adjustment_ended") refused = result;
    else if (result.type !== "void") return result;
  }
  if (refused !== undefined) return refused;
  throw new Error("The key was lost again and again; nothing was paid under any of them.");
}
