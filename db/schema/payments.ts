/**
 * Outcomes. A row is written once, by settling, and never changes: paid or declined, for ever. A duplicate request is
 * answered from here by primary key, so the columns hold all that a replay is rendered from.
 */
import { sql } from "drizzle-orm";
import { check, index, pgTable, primaryKey, smallint, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { PAYMENT_KINDS } from "../../lib/api/payment.ts";
import { bytes, currencyCode, instant, minorUnits } from "./columns.ts";

export const payments = pgTable(
  "payments",
  {
    /** Who asked to pay. */
    userId: uuid("user_id").notNull(),
    /** The idempotency key it was settled under. */
    id: uuid("id").notNull(),
    kind: text("kind", { enum: PAYMENT_KINDS }).notNull(),
    purposeId: uuid("purpose_id").notNull(),
    subjectId: uuid("subject_id"),
    status: text("status", { enum: ["succeeded", "declined"] }).notNull(),
    declineCode: text("decline_code"),
    amountMinor: minorUnits("amount_minor").notNull(),
    currency: currencyCode("currency").notNull(),
    payerAccountId: uuid("payer_account_id").notNull(),
    payeeAccountId: uuid("payee_account_id").notNull(),
    note: text("note"),
    /** SHA-256 of the canonical command: the same key with another hash is a reuse, and refused. */
    requestHash: bytes("request_hash").notNull(),
    /** Which renderer made the first answer; replays use the same one. */
    renderer: smallint("renderer").notNull(),
    settledAt: instant("settled_at").notNull(),
  },
  (table) => [
    primaryKey({ name: "payments_pkey", columns: [table.userId, table.id] }),
    /** At most one success per purpose; local to a user, so it holds on a distributed engine as well. */
    uniqueIndex("payments_purpose_once")
      .on(table.userId, table.kind, table.purposeId)
      .where(sql`status = 'succeeded'`),
    /** The other party's reads. Not unique: uniqueness across shards is not to be relied on. */
    index("payments_id").on(table.id),
    /** One user's payments by time of settlement; the key's own time is when the form was opened. */
    index("payments_settled").on(table.userId, table.settledAt, table.id),
    /** What an account received, by time of settlement; a declined payment reached nobody. */
    index("payments_received")
      .on(table.payeeAccountId, table.settledAt, table.id)
      .where(sql`status = 'succeeded'`),
    /** What operators took out of an account: its owner neither asked for it nor received it. */
    index("payments_taken_out")
      .on(table.payerAccountId, table.settledAt, table.id)
      .where(sql`status = 'succeeded' and kind in ('funding', 'adjustment')`),
    /** What was paid back of one payment. A refund is asked for by whoever received it, so it is local to a user as well. */
    index("payments_refunds")
      .on(table.userId, table.subjectId, table.settledAt, table.id)
      .where(sql`kind = 'refund' and status = 'succeeded'`),
    /** The same whoever asked: reconciliation adds up the refunds of a payment, and trusts nobody's word for who may refund it. */
    index("payments_refunds_of").on(table.subjectId).where(sql`kind = 'refund' and status = 'succeeded'`),
    /** Tries of one user that were declined: few among many that were not. */
    index("payments_declined").on(table.userId, table.settledAt, table.id).where(sql`status = 'declined'`),
    /**
     * Everybody's payments of a time, for operators: they were written in this order, so a few bytes for each thousand of them
     * find their pages, and a payment writes nothing to it.
     */
    index("payments_settled_at")
      .using("brin", table.settledAt)
      .with({ pages_per_range: 32, autosummarize: true }),
    check(
      "payments_kind_known",
      sql`${table.kind} in ('order', 'transfer', 'refund', 'top-up', 'funding', 'adjustment')`,
    ),
    check("payments_subject", sql`(${table.kind} = 'refund') = (${table.subjectId} is not null)`),
    check(
      "payments_status_known",
      sql`(${table.status} = 'succeeded' and ${table.declineCode} is null) or (${table.status} = 'declined' and ${table.declineCode} is not null)`,
    ),
    check(
      "payments_amount",
      sql`${table.amountMinor} > 0 or (${table.amountMinor} = 0 and ${table.status} = 'declined' and ${table.kind} = 'refund')`,
    ),
    /** Why money was put in or taken out. */
    check("payments_funding_has_reason", sql`${table.kind} <> 'funding' or ${table.note} is not null`),
    check("payments_adjustment_has_reason", sql`${table.kind} <> 'adjustment' or ${table.note} is not null`),
    check("payments_two_parties", sql`${table.payerAccountId} <> ${table.payeeAccountId}`),
    check("payments_hash_length", sql`octet_length(${table.requestHash}) = 32`),
  ],
);

/** How much of a payment has been refunded: a row of its own, so that its lock is all a refund takes of the payment. */
export const refundTotals = pgTable(
  "refund_totals",
  {
    paymentId: uuid("payment_id").primaryKey(),
    refundedMinor: minorUnits("refunded_minor").notNull().default(sql`0`),
  },
  (table) => [check("refund_totals_not_negative", sql`${table.refundedMinor} >= 0`)],
);
