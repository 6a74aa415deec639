/** A settled payment as a row of the database. */
import { and, eq } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { payments } from "../schema/payments.ts";

export type PaymentRow = Omit<typeof payments.$inferSelect, "requestHash">;

/** The columns of a payment without its request hash, which only settling compares. */
export const paymentColumns = {
  userId: payments.userId,
  id: payments.id,
  kind: payments.kind,
  purposeId: payments.purposeId,
  subjectId: payments.subjectId,
  status: payments.status,
  declineCode: payments.declineCode,
  amountMinor: payments.amountMinor,
  currency: payments.currency,
  payerAccountId: payments.payerAccountId,
  payeeAccountId: payments.payeeAccountId,
  note: payments.note,
  renderer: payments.renderer,
  settledAt: payments.settledAt,
} as const;

/** Reads one payment by primary key: the user who asked to pay, and the key it was settled under. */
export async function findPaymentRow(userId: string, id: string): Promise<PaymentRow | undefined> {
  const [row] = await database()
    .reading.select(paymentColumns)
    .from(payments)
    .where(and(eq(payments.userId, userId), eq(payments.id, id)));
  return row;
}
