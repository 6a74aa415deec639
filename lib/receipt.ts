/** A receipt: what one of a payment's people may know of it, with its proof. The page, the PDF and the e-mail show the same. */
import type { Order } from "./api/order.ts";
import type { Payment } from "./api/payment.ts";

/** Somebody in a payment; the house has neither id nor handle. */
export type Party = { id?: string; name: string; handle?: string };

/** One request for the payment's key, and what it was told. */
export type Arrival = {
  id: string;
  /** RFC 3339, UTC, to the millisecond. */
  arrivedAt: string;
  channel: "api" | "action" | "form";
  verdict:
    | "paid"
    | "declined"
    | "replayed"
    | "reused"
    | "mismatch"
    | "refused"
    | "void"
    | "invalid"
    | "unknown";
  requestId?: string;
};

/** One side of the transfer. What it left in the account, and which of its entries it is, only where it is the viewer's own. */
export type TransferSide = {
  accountId: string;
  party: Party;
  own?: { entryNumber: string; balanceAfterMinor: string };
};

export type Proof = {
  /** When the key was issued, RFC 3339. For whoever asked to pay: it is when the form was opened. */
  issuedAt?: string;
  /** Oldest first. For whoever asked to pay alone; evidence is best effort, so it may be empty. */
  arrivals?: Arrival[];
  /** Absent where nothing moved. */
  transfer?: { debit: TransferSide; credit: TransferSide };
  /** The place in the tamper-evident journal; absent where it is not sealed yet. */
  seal?: { position: string; sealedAt: string };
};

/** One refund of a payment. */
export type RefundLine = { paymentId: string; amountMinor: string; settledAt: string; note?: string };

export type Receipt = {
  payment: Payment;
  /** Who asked to pay. */
  userId: string;
  payer: Party;
  payee: Party;
  order?: Order;
  /** Set where the order was asked for by somebody who sells nothing. */
  isRequest?: true;
  /** What has been paid back of it, oldest first; absent where nothing can be. `refundedMinor` counts those that are not listed, too. */
  refunds?: { refundedMinor: string; leftMinor: string; listed: RefundLine[] };
  /** What a refund pays back. */
  refunded?: { payment: Payment; description?: string };
  proof: Proof;
};

/** The receipt for who may read payments and not accounts: it tells no balance, nor how many entries an account has. */
export function withoutBalances(receipt: Receipt): Receipt {
  const { transfer, ...others } = receipt.proof;
  if (transfer === undefined) return receipt;
  const bare = ({ accountId, party }: TransferSide): TransferSide => ({ accountId, party });
  return {
    ...receipt,
    proof: { ...others, transfer: { debit: bare(transfer.debit), credit: bare(transfer.credit) } },
  };
}

/** As what a receipt names its payment: its kind, but a request between people is no order. */
export function namedAs({ payment, isRequest }: Receipt): Payment["kind"] | "request" {
  return isRequest ? "request" : payment.kind;
}

/**
 * Which text says under the title what has moved, for `readerId`: what was received is not said to be there any more once some of
 * it was paid back.
 */
export function subtitleOf({ payment, payer, refunds }: Receipt, readerId: string) {
  if (payer.id === readerId) return `sent_${payment.kind}` as const;
  if (refunds === undefined || refunds.refundedMinor === "0") return `received_${payment.kind}` as const;
  return refunds.leftMinor === "0" ? "received_back" : "received_part";
}

/** So many arrivals are kept of one key; where there are as many, there may have been more. */
export const ARRIVALS_KEPT = 100;

/** As what a receipt says that the request was received: Pay, something else that was carried out, or what was declined. */
export function receivedAs({ status, kind }: Payment): "pay" | "other" | "declined" {
  if (status === "declined") return "declined";
  return kind === "order" || kind === "transfer" ? "pay" : "other";
}

/** Whether `viewerId` may pay something back of it: it is a sale of theirs, and something is left of it. */
export function mayRefund({ payment, payee, refunds }: Receipt, viewerId: string): boolean {
  return (
    payment.kind === "order" && payee.id === viewerId && refunds !== undefined && refunds.leftMinor !== "0"
  );
}

/** What became of the wish to have a receipt by e-mail, in the address of its page. */
export const MAIL_RESULTS = ["sent", "unverified", "limited", "failed"] as const;
export type MailResult = (typeof MAIL_RESULTS)[number];
