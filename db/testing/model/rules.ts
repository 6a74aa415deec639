/** The reference model's rules of refusal and of decline, by precedence. */
import type { DeclineCode } from "../../../lib/api/payment.ts";
import type { RefusalReason, SettlementEntry } from "../../payments/settlement.ts";
import type { Account, Books } from "./books.ts";

/** An entry that gets an outcome: paid, or declined. */
export type Executable = {
  verdict: "executable";
  amount: bigint;
  currency: string;
  debitId: string;
  creditId: string;
  debit: Account;
  credit: Account;
  decline: DeclineCode | undefined;
};
type Refused = { verdict: "refused"; reason: RefusalReason };

const MAX_MINOR = 9_223_372_036_854_775_807n;
/** The bytes of a SHA-256. */
const HASH_LENGTH = 32;

const refused = (reason: RefusalReason): Refused => ({ verdict: "refused", reason });

/** What may be refunded: a payment of an order or a transfer that was made, whoever made it. */
function refundable(books: Books, paymentId: string | null) {
  return [...books.outcomes.values()].find(
    (p) => p.id === paymentId && p.status === "succeeded" && (p.kind === "order" || p.kind === "transfer"),
  );
}

/** What an operator does beside whose payment it is: refunds for somebody, or approves what another asked for. */
function refusalOfActing(books: Books, entry: SettlementEntry): RefusalReason | undefined {
  const { kind, userId, actorId, note, debitAccountId, creditAccountId } = entry;
  if (kind !== "adjustment" && actorId === undefined) return undefined;
  if ((kind !== "refund" && kind !== "adjustment") || (note ?? "").trim() === "") return "malformed";
  if (actorId === undefined || !books.operators.has(actorId)) return "not_operator";
  const owners = [debitAccountId, creditAccountId].map((id) => books.accounts.get(id ?? "")?.ownerId);
  if (owners.includes(actorId)) return "own_account";
  if (kind === "refund") return undefined;
  const asked = books.adjustments.get(entry.adjustmentId ?? "");
  if (
    asked?.askedBy !== userId ||
    asked.debitAccountId !== debitAccountId ||
    asked.creditAccountId !== creditAccountId ||
    asked.amountMinor !== entry.amountMinor ||
    asked.currency !== entry.currency ||
    asked.reason !== note
  )
    return "adjustment_unknown";
  if (actorId === userId) return "same_operator";
  if (!books.operators.has(userId)) return "asker_not_operator";
  if (owners.includes(userId)) return "own_account";
  return asked.state === "pending" ? undefined : "adjustment_ended";
}

/** `entry` has an open key that fits. */
export function evaluate(books: Books, entry: SettlementEntry): Refused | Executable {
  const { kind, currency, orderId, refundOf, debitAccountId: debitId, creditAccountId: creditId } = entry;
  const acting = refusalOfActing(books, entry);
  if (acting !== undefined) return refused(acting);
  if (currency === null || entry.requestHash.length !== HASH_LENGTH) return refused("malformed");
  if (kind === "funding" && (entry.note ?? "").trim() === "") return refused("malformed");
  if (kind === "funding" && !books.operators.has(entry.userId)) return refused("not_operator");

  const sale = kind === "refund" ? refundable(books, refundOf) : undefined;
  if (kind === "refund" && !sale) return refused("payment_unknown");
  const left = sale ? sale.amountMinor - (books.refunded.get(sale.id) ?? 0n) : 0n;
  const amount = entry.amountMinor ?? (kind === "refund" ? left : null);
  if (amount === null || amount < 0n || entry.amountMinor === 0n) return refused("amount_not_positive");

  const order = kind === "order" ? books.orders.get(orderId ?? "") : undefined;
  if (kind === "order" && !order) return refused("order_unknown");
  const [debit, credit] = [books.accounts.get(debitId ?? ""), books.accounts.get(creditId ?? "")];
  if (!debit || debitId === null) return refused("payer_unknown");
  if (!credit || creditId === null) return refused("payee_unknown");
  if (kind === "top-up") {
    if (debit.ownerId !== null || credit.ownerId !== entry.userId) return refused("payee_unknown");
  } else if (kind === "funding") {
    if ((debit.ownerId === null) === (credit.ownerId === null)) return refused("house_account_mismatch");
    if (debit.ownerId === entry.userId || credit.ownerId === entry.userId) return refused("own_account");
  } else if (kind === "adjustment") {
    // Any two accounts; whose, is asked above.
  } else if (debit.ownerId !== entry.userId) return refused("payer_unknown");
  else if (credit.ownerId === null) return refused("payee_unknown");
  if (debitId === creditId || (debit.ownerId !== null && debit.ownerId === credit.ownerId))
    return refused("payee_is_payer");
  if (order && order.merchantAccountId !== creditId) return refused("merchant_mismatch");
  if (order && (order.total !== amount || order.currency !== currency)) return refused("amount_mismatch");
  if (sale && (sale.payeeAccountId !== debitId || sale.payerAccountId !== creditId))
    return refused("not_your_sale");
  if (sale && sale.currency !== currency) return refused("amount_mismatch");
  if (debit.closed) return refused("payer_closed");
  if (
    credit.balance > MAX_MINOR - amount ||
    debit.balance < amount - MAX_MINOR ||
    debit.dayOut > MAX_MINOR - amount
  )
    return refused("overflow");

  const decline = (): DeclineCode | undefined => {
    if (order && order.paidBy !== null) return "order_already_paid";
    if (order?.cancelled) return "order_cancelled";
    if (order?.expired) return "order_expired";
    if (credit.closed) return "payee_closed";
    if (debit.currency !== currency || credit.currency !== currency) return "currency_mismatch";
    if (sale && (amount === 0n || amount > left)) return "refund_exceeds_payment";
    const limited = kind === "order" || kind === "transfer";
    if (limited && debit.dayLimit !== null && debit.dayOut + amount > debit.dayLimit) return "limit_exceeded";
    if (debit.floor !== null && debit.balance - amount < debit.floor) return "insufficient_funds";
    return undefined;
  };
  return {
    verdict: "executable",
    amount,
    currency,
    debitId,
    creditId,
    debit,
    credit,
    decline: decline(),
  };
}
