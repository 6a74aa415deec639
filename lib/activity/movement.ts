/** What stands in somebody's history: money that moved on one of their accounts, or a try of theirs that was declined. */

export type Movement = {
  /** The payment, whose receipt it leads to. */
  id: string;
  /** Its kind, by name: a newer build may settle kinds that this one does not know. */
  kind: string;
  status: "succeeded" | "declined";
  declineCode: string | null;
  /** Seen from the account. Of a declined try, which way the money would have gone. */
  direction: "in" | "out";
  /** The account of the two that is theirs. */
  accountId: string;
  /** Minor units of `currency`, without a sign. */
  amountMinor: bigint;
  currency: string;
  /** What the account held right after it; null where nothing moved. */
  balanceMinor: bigint | null;
  /** When it was settled. */
  at: Date;
  /** Whose account the other one is; null for the house's. */
  party: { name: string; handle: string } | null;
  note: string | null;
  orderId: string | null;
  /** What was ordered, where an order was paid or is paid back. */
  description: string | null;
  /** Whether the order that was paid was asked for by somebody who sells nothing. */
  isRequest: boolean;
  /** The payment that is paid back by this one. */
  refundOf: string | null;
  /** How much of this one has been paid back. */
  refundedMinor: bigint;
};

/** The other party of a movement; nobody's account is the house's. */
export function partyOf(name: string | null, handle: string | null): Movement["party"] {
  return name === null || handle === null ? null : { name, handle };
}
