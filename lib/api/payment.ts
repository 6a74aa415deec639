/** What a payment is, as everybody outside the database sees it. */

export const PURPOSE_KINDS = ["order", "transfer", "refund", "top-up"] as const;

/** What a payment can be. A funding and an adjustment are operators': no key for one is issued over HTTP. */
export const PAYMENT_KINDS = [...PURPOSE_KINDS, "funding", "adjustment"] as const;
type PaymentKind = (typeof PAYMENT_KINDS)[number];

/** What a key was issued for. Per user, a purpose succeeds at most once, under any number of keys. */
export type Purpose =
  | { kind: "order"; orderId: string }
  | { kind: "transfer"; intentId: string }
  | { kind: "refund"; paymentId: string; intentId: string }
  | { kind: "top-up"; intentId: string };

/**
 * With those that only the service itself issues keys for: an operator puts money into an account, or takes it out; or asks for a
 * correction, which another one approves (`intentId`: the request's id, the user: who asked).
 */
export type InternalPurpose =
  | Purpose
  | { kind: "funding"; intentId: string }
  | { kind: "adjustment"; intentId: string };

/** Why a payment was declined. A decline is an outcome: it is recorded, and the same key never charges later. */
export const DECLINE_CODES = [
  "insufficient_funds",
  "order_already_paid",
  "order_cancelled",
  "order_expired",
  "payee_closed",
  "limit_exceeded",
  "refund_exceeds_payment",
  "currency_mismatch",
] as const;
export type DeclineCode = (typeof DECLINE_CODES)[number];

/** A settled payment as it is rendered: immutable, UTC, integer minor units as a string. */
export type Payment = {
  id: string;
  kind: PaymentKind;
  status: "succeeded" | "declined";
  declineCode?: DeclineCode;
  amountMinor: string;
  currency: string;
  payerAccountId: string;
  payeeAccountId: string;
  orderId?: string;
  refundOf?: string;
  note?: string;
  settledAt: string;
};

/** What is known of a key. `open` never proves that nothing is under way; `void` says that it never will execute. */
export type KeyState = { state: "open" } | { state: "settled"; payment: Payment } | { state: "void" };
