/** What can be paid back of a payment, for whom it went to. */
import { and, eq, inArray } from "drizzle-orm";
import { database } from "../../connection/client.ts";
import { users } from "../../schema/auth.ts";
import { ledgerAccounts } from "../../schema/ledger.ts";
import { orders } from "../../schema/orders.ts";
import { payments, refundTotals } from "../../schema/payments.ts";

export type Refundable = {
  paymentId: string;
  kind: "order" | "transfer";
  /** Whom the money goes back to. */
  payer: { name: string; handle: string };
  /** What was ordered. */
  description?: string;
  amountMinor: bigint;
  refundedMinor: bigint;
  leftMinor: bigint;
  currency: string;
  settledAt: Date;
};

/** The payment of an order or a transfer that `userId` received; undefined for everybody else, and for any other payment. */
export async function findRefundable(userId: string, paymentId: string): Promise<Refundable | undefined> {
  const [found] = await database()
    .reading.select({
      kind: payments.kind,
      amountMinor: payments.amountMinor,
      currency: payments.currency,
      settledAt: payments.settledAt,
      payer: { name: users.name, handle: users.handle },
      description: orders.description,
      refundedMinor: refundTotals.refundedMinor,
    })
    .from(payments)
    .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, payments.payeeAccountId))
    .innerJoin(users, eq(users.id, payments.userId))
    .leftJoin(orders, and(eq(payments.kind, "order"), eq(orders.id, payments.purposeId)))
    .leftJoin(refundTotals, eq(refundTotals.paymentId, payments.id))
    .where(
      and(
        eq(payments.id, paymentId),
        eq(payments.status, "succeeded"),
        inArray(payments.kind, ["order", "transfer"]),
        eq(ledgerAccounts.ownerId, userId),
      ),
    )
    .limit(1);
  if (!found || (found.kind !== "order" && found.kind !== "transfer")) return undefined;
  const refundedMinor = found.refundedMinor ?? 0n;
  const { kind, payer, amountMinor, currency, settledAt, description } = found;
  return {
    paymentId,
    kind,
    payer,
    ...(description === null ? {} : { description }),
    amountMinor,
    refundedMinor,
    leftMinor: amountMinor - refundedMinor,
    currency,
    settledAt,
  };
}

/** The refund that one form of `userId` has made, where it has: its receipt. */
export async function findRefundMade(userId: string, intentId: string): Promise<string | undefined> {
  const [made] = await database()
    .reading.select({ id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.userId, userId),
        eq(payments.kind, "refund"),
        eq(payments.purposeId, intentId),
        eq(payments.status, "succeeded"),
      ),
    );
  return made?.id;
}
