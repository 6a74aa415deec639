/** Payments in a list, for the people in them. */
import { and, desc, eq, inArray, ne } from "drizzle-orm";
import { unionAll } from "drizzle-orm/pg-core";
import type { Payment } from "../../../lib/api/payment.ts";
import { database } from "../../connection/client.ts";
import { type Cursor, isAfter } from "../../execution/cursor.ts";
import { ledgerAccounts } from "../../schema/ledger.ts";
import { payments } from "../../schema/payments.ts";
import { paymentColumns } from "../row.ts";
import { renderPayment } from "./render.ts";

export type ListedPayment = { payment: Payment; cursor: Cursor };

/**
 * The newest `limit` payments that `userId` asked for, declined tries included, received, or had taken out by an operator;
 * those after `after`, where it is given. By the time of settlement, never by the key, whose time is when a form was opened. Each part is
 * read from an index of its own, no further than `limit` entries, in one statement.
 */
export async function listPaymentsFor(
  userId: string,
  limit: number,
  after?: Cursor,
): Promise<ListedPayment[]> {
  const db = database().reading;
  const rest = after && isAfter(payments.settledAt, payments.id, after);
  const newest = [desc(payments.settledAt), desc(payments.id)];

  const asked = db
    .select(paymentColumns)
    .from(payments)
    .where(and(eq(payments.userId, userId), rest))
    .orderBy(...newest)
    .limit(limit);
  const received = db
    .select({ userId: payments.userId, id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.payeeAccountId, ledgerAccounts.id),
        eq(payments.status, "succeeded"),
        // A payment to oneself (a top-up) is in the other part.
        ne(payments.userId, userId),
        rest,
      ),
    )
    .orderBy(...newest)
    .limit(limit)
    .as("received");
  const receivedOnAny = db
    .select(paymentColumns)
    .from(ledgerAccounts)
    .crossJoinLateral(received)
    .innerJoin(payments, and(eq(payments.userId, received.userId), eq(payments.id, received.id)))
    .where(eq(ledgerAccounts.ownerId, userId));

  const takenOut = db
    .select({ userId: payments.userId, id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.payerAccountId, ledgerAccounts.id),
        eq(payments.status, "succeeded"),
        inArray(payments.kind, ["funding", "adjustment"]),
        ne(payments.userId, userId),
        rest,
      ),
    )
    .orderBy(...newest)
    .limit(limit)
    .as("taken_out");
  const takenOutOfAny = db
    .select(paymentColumns)
    .from(ledgerAccounts)
    .crossJoinLateral(takenOut)
    .innerJoin(payments, and(eq(payments.userId, takenOut.userId), eq(payments.id, takenOut.id)))
    .where(eq(ledgerAccounts.ownerId, userId));

  const rows = await unionAll(asked, receivedOnAny, takenOutOfAny)
    .orderBy(...newest)
    .limit(limit);
  return rows.map((row) => ({
    payment: renderPayment(row),
    cursor: { at: row.settledAt, id: row.id },
  }));
}
