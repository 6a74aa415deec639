/**
 * Open idempotency keys, and nothing else: a row that is there is open, a key without a row is settled or void. The
 * table stays as small as the number of forms that are open just now, however many payments there have been.
 */
import { sql } from "drizzle-orm";
import { check, index, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import { PAYMENT_KINDS } from "../../lib/api/payment.ts";
import { instant } from "./columns.ts";

export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    userId: uuid("user_id").notNull(),
    /** A UUID v7, and the id that the payment will have. */
    key: uuid("key").notNull(),
    kind: text("kind", { enum: PAYMENT_KINDS }).notNull(),
    /** The order, or the form instance (intent). */
    purposeId: uuid("purpose_id").notNull(),
    /** The payment to be refunded; only where kind is refund. */
    subjectId: uuid("subject_id"),
    /** Permits the reaper to delete the row. Decides nothing else. */
    expiresAt: instant("expires_at").notNull(),
    /** The database the key was issued in (`database_identity()`); in any other, a copy of it too, it counts as absent. */
    issuedIn: text("issued_in").notNull(),
  },
  (table) => [
    primaryKey({ name: "idempotency_keys_pkey", columns: [table.userId, table.key] }),
    unique("idempotency_keys_purpose_unique").on(table.userId, table.kind, table.purposeId),
    index("idempotency_keys_expires_at").on(table.expiresAt),
    check(
      "idempotency_keys_kind_known",
      sql`${table.kind} in ('order', 'transfer', 'refund', 'top-up', 'funding', 'adjustment')`,
    ),
    check("idempotency_keys_subject", sql`(${table.kind} = 'refund') = (${table.subjectId} is not null)`),
  ],
);
