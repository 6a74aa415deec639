/** What settling takes and returns, entry by entry. */
import type { PaymentRow } from "./row.ts";

/** A request to pay, resolved to accounts. Null is what could not be found; settling refuses it unless it is a replay. */
export type SettlementEntry = {
  userId: string;
  key: string;
  kind: PaymentRow["kind"];
  orderId: string | null;
  refundOf: string | null;
  debitAccountId: string | null;
  creditAccountId: string | null;
  /** Null for a refund only: what is left of the payment, computed under the lock. */
  amountMinor: bigint | null;
  currency: string | null;
  note: string | null;
  requestHash: Buffer;
  renderer: number;
  /** The operator who acts beside whose payment it is: refunds what `userId` received, or approves what `userId` asked for. */
  actorId?: string | undefined;
  adjustmentId?: string | undefined;
};

/** Why an entry cannot be executed as it is; the rules are in `refusal_of`. Nothing is recorded, the key stays open. */
export const REFUSAL_REASONS = [
  "malformed",
  "not_operator",
  "adjustment_unknown",
  "same_operator",
  "asker_not_operator",
  "adjustment_ended",
  "amount_not_positive",
  "payment_unknown",
  "order_unknown",
  "payer_unknown",
  "payee_unknown",
  "house_account_mismatch",
  "own_account",
  "payee_is_payer",
  "payer_closed",
  "merchant_mismatch",
  "amount_mismatch",
  "not_your_sale",
  "overflow",
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** The outcome of an entry; the verdicts are explained above `settle_payments_v1` in settle.sql. */
export type Settlement =
  | { verdict: "settled" | "replayed" | "reused"; payment: PaymentRow }
  | { verdict: "refused"; reason: RefusalReason }
  | { verdict: "mismatch" | "void" };
