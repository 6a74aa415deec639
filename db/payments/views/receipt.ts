/** The receipt of a payment, read for one of the people in it: no more than that person may know. */
import { aliasedTable, and, asc, eq } from "drizzle-orm";
import { issuedAtOf } from "../../../lib/key-time.ts";
import type { Party, Proof, Receipt, RefundLine, TransferSide } from "../../../lib/receipt.ts";
import { listArrivals } from "../../attempts/list.ts";
import { database } from "../../connection/client.ts";
import { findOrder, isRequest } from "../../orders/orders.ts";
import { ledgerAccounts, ledgerSeals, ledgerTransfers } from "../../schema/ledger.ts";
import { payments, refundTotals } from "../../schema/payments.ts";
import { findPaymentFor, type PaymentView } from "./queries.ts";

/** More refunds of one payment than anybody makes by hand; the page says where it lists no further. */
const REFUNDS_LISTED = 50;

/**
 * The receipt of a payment, where `viewerId` is in it; undefined where not (`findPaymentFor` says who is). Both parties see
 * both sides of the transfer, each their own balance only. The arrivals, and when the key was issued, are for whoever
 * asked to pay. Reads by primary key or index alone, and writes nothing.
 */
export async function findReceipt(viewerId: string, paymentId: string): Promise<Receipt | undefined> {
  const view = await findPaymentFor(viewerId, paymentId);
  if (view === undefined) return undefined;
  const { payment, userId, payer, payee } = view;
  const [order, refunds, refunded, proof] = await Promise.all([
    payment.orderId === undefined ? undefined : orderPaid(payment.orderId),
    refundsOf(view),
    payment.refundOf === undefined ? undefined : findPaymentFor(viewerId, payment.refundOf),
    proofOf(viewerId, view),
  ]);
  return {
    payment,
    userId,
    payer,
    payee,
    ...order,
    ...(refunds && { refunds }),
    ...(refunded && {
      refunded: {
        payment: refunded.payment,
        ...(refunded.orderDescription !== undefined && { description: refunded.orderDescription }),
      },
    }),
    proof,
  };
}

async function orderPaid(orderId: string): Promise<Pick<Receipt, "order" | "isRequest">> {
  const order = await findOrder(orderId);
  if (order === undefined) return {};
  return { order, ...((await isRequest(orderId)) && { isRequest: true }) };
}

/** What was paid back of a payment that can be: somebody else than the house received it. */
async function refundsOf({ payment, payee }: PaymentView): Promise<Receipt["refunds"]> {
  const isRefundable = payment.kind === "order" || payment.kind === "transfer";
  if (!isRefundable || payment.status !== "succeeded" || payee.id === undefined) return undefined;
  const db = database().reading;
  const [totals, rows] = await Promise.all([
    db
      .select({ refundedMinor: refundTotals.refundedMinor })
      .from(refundTotals)
      .where(eq(refundTotals.paymentId, payment.id)),
    db
      .select({
        id: payments.id,
        amountMinor: payments.amountMinor,
        settledAt: payments.settledAt,
        note: payments.note,
      })
      .from(payments)
      .where(
        and(
          // Only whoever received a payment refunds it.
          eq(payments.userId, payee.id),
          eq(payments.subjectId, payment.id),
          eq(payments.kind, "refund"),
          eq(payments.status, "succeeded"),
        ),
      )
      .orderBy(asc(payments.settledAt), asc(payments.id))
      .limit(REFUNDS_LISTED),
  ]);
  const refundedMinor = totals[0]?.refundedMinor ?? 0n;
  return {
    refundedMinor: refundedMinor.toString(),
    leftMinor: (BigInt(payment.amountMinor) - refundedMinor).toString(),
    listed: rows.map(
      ({ id, amountMinor, settledAt, note }): RefundLine => ({
        paymentId: id,
        amountMinor: amountMinor.toString(),
        settledAt: settledAt.toISOString(),
        ...(note === null ? {} : { note }),
      }),
    ),
  };
}

async function proofOf(viewerId: string, view: PaymentView): Promise<Proof> {
  const { payment, userId } = view;
  const [moved, arrivals] = await Promise.all([
    payment.status === "succeeded" ? movedBy(viewerId, view) : undefined,
    viewerId === userId ? listArrivals(userId, payment.id) : undefined,
  ]);
  const issuedAt = viewerId === userId ? issuedAtOf(payment.id) : undefined;
  return { ...moved, ...(arrivals && { arrivals }), ...(issuedAt && { issuedAt }) };
}

/** Both sides of the transfer and its seal. */
async function movedBy(
  viewerId: string,
  { payment, payer, payee }: PaymentView,
): Promise<Pick<Proof, "transfer" | "seal">> {
  const debitAccount = aliasedTable(ledgerAccounts, "debit_account");
  const creditAccount = aliasedTable(ledgerAccounts, "credit_account");
  const [found] = await database()
    .reading.select({
      transfer: ledgerTransfers,
      debitOwner: debitAccount.ownerId,
      creditOwner: creditAccount.ownerId,
      position: ledgerSeals.position,
      sealedAt: ledgerSeals.sealedAt,
    })
    .from(ledgerTransfers)
    .innerJoin(debitAccount, eq(debitAccount.id, ledgerTransfers.debitAccountId))
    .innerJoin(creditAccount, eq(creditAccount.id, ledgerTransfers.creditAccountId))
    .leftJoin(ledgerSeals, eq(ledgerSeals.transferId, ledgerTransfers.id))
    .where(eq(ledgerTransfers.id, payment.id));
  if (!found) return {};
  const { transfer, position, sealedAt } = found;
  // How many entries an account has, and what is in it, is its owner's business.
  const side = (
    party: Party,
    accountId: string,
    ownerId: string | null,
    entryNumber: bigint,
    balanceAfterMinor: bigint,
  ): TransferSide => ({
    accountId,
    party,
    ...(ownerId === viewerId && {
      own: { entryNumber: entryNumber.toString(), balanceAfterMinor: balanceAfterMinor.toString() },
    }),
  });
  return {
    transfer: {
      debit: side(
        payer,
        transfer.debitAccountId,
        found.debitOwner,
        transfer.debitVersion,
        transfer.debitBalanceMinor,
      ),
      credit: side(
        payee,
        transfer.creditAccountId,
        found.creditOwner,
        transfer.creditVersion,
        transfer.creditBalanceMinor,
      ),
    },
    // Never the seal's hash: it covers both balances, and from two neighbouring ones the other's could be worked out.
    ...(position !== null && sealedAt !== null
      ? { seal: { position: position.toString(), sealedAt: sealedAt.toISOString() } }
      : {}),
  };
}
