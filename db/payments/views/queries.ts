/** Payments, read for the people in them. */
import { aliasedTable, and, desc, eq, or, type SQL, sql } from "drizzle-orm";
import type { Payment } from "../../../lib/api/payment.ts";
import type { Party } from "../../../lib/receipt.ts";
import { database } from "../../connection/client.ts";
import { earlierNames, users } from "../../schema/auth.ts";
import { ledgerAccounts } from "../../schema/ledger.ts";
import { orders } from "../../schema/orders.ts";
import { payments } from "../../schema/payments.ts";
import { paymentColumns } from "../row.ts";
import { renderPayment } from "./render.ts";

export type PaymentView = {
  payment: Payment;
  /** Who asked to pay. */
  userId: string;
  payer: Party;
  payee: Party;
  orderDescription?: string;
};

const payerAccount = aliasedTable(ledgerAccounts, "payer_account");
const payeeAccount = aliasedTable(ledgerAccounts, "payee_account");
const payer = aliasedTable(users, "payer");
const payee = aliasedTable(users, "payee");

/** The name of the funding account, which has no owner. */
const FUNDING_PARTY: Party = { name: "Once" };

/** The name that somebody had when the payment was settled: a receipt does not change with it. */
const nameThen = (party: typeof payer) => sql<string | null>`coalesce(
  (select n.name from ${earlierNames} n where n.user_id = ${party.id} and n.until > ${payments.settledAt}
    order by n.until limit 1), ${party.name})`;

async function select(where: SQL | undefined, limit: number): Promise<PaymentView[]> {
  const rows = await database()
    .reading.select({
      row: paymentColumns,
      payer: { id: payer.id, handle: payer.handle },
      payerName: nameThen(payer),
      payee: { id: payee.id, handle: payee.handle },
      payeeName: nameThen(payee),
      orderDescription: orders.description,
    })
    .from(payments)
    .leftJoin(payerAccount, eq(payerAccount.id, payments.payerAccountId))
    .leftJoin(payeeAccount, eq(payeeAccount.id, payments.payeeAccountId))
    .leftJoin(payer, eq(payer.id, payerAccount.ownerId))
    .leftJoin(payee, eq(payee.id, payeeAccount.ownerId))
    .leftJoin(orders, and(eq(payments.kind, "order"), eq(orders.id, payments.purposeId)))
    .where(where)
    .orderBy(desc(payments.settledAt), desc(payments.id))
    .limit(limit);
  return rows.map((found) => ({
    payment: renderPayment(found.row),
    userId: found.row.userId,
    payer: partyOf(found.payer, found.payerName),
    payee: partyOf(found.payee, found.payeeName),
    ...(found.orderDescription === null ? {} : { orderDescription: found.orderDescription }),
  }));
}

function partyOf(owner: { id: string; handle: string } | null, name: string | null): Party {
  return owner && name !== null ? { ...owner, name } : FUNDING_PARTY;
}

/**
 * A payment, where `userId` is in it: who asked for it sees any outcome, the other party only what succeeded (a
 * declined try is nobody else's business).
 */
export async function findPaymentFor(userId: string, paymentId: string): Promise<PaymentView | undefined> {
  const own = eq(payments.userId, userId);
  const received = and(or(eq(payer.id, userId), eq(payee.id, userId)), eq(payments.status, "succeeded"));
  const [found] = await select(and(eq(payments.id, paymentId), or(own, received)), 1);
  return found;
}
