/**
 * Arrivals: each request for a key, and its answer. Evidence for "pressed three times, charged once", recorded on
 * the side and best effort; nothing is decided from it.
 */
import { index, pgTable, primaryKey, text, uuid } from "drizzle-orm/pg-core";
import { instant } from "./columns.ts";

export const paymentAttempts = pgTable(
  "payment_attempts",
  {
    userId: uuid("user_id").notNull(),
    key: uuid("key").notNull(),
    /** A UUID v7 of the arrival itself. */
    id: uuid("id").notNull(),
    /** The HTTP API, the server action, or the form without JavaScript. */
    channel: text("channel", { enum: ["api", "action", "form"] }).notNull(),
    verdict: text("verdict", {
      enum: ["paid", "declined", "replayed", "reused", "mismatch", "refused", "void", "invalid", "unknown"],
    }).notNull(),
    arrivedAt: instant("arrived_at").notNull(),
    requestId: text("request_id"),
  },
  (table) => [
    primaryKey({ name: "payment_attempts_pkey", columns: [table.userId, table.key, table.id] }),
    index("payment_attempts_arrived_at").on(table.arrivedAt),
  ],
);
