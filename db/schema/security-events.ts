/** Who came in, who was kept out, and what of an account's keys changed: for operators and for whoever looks into an attack. */
import { sql } from "drizzle-orm";
import { check, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { SECURITY_KINDS } from "../security/kinds.ts";
import { instant } from "./columns.ts";

/**
 * Append-only, but for what is counted and what is too old: a trigger holds both. No secret stands in it, and no address of
 * anybody who is no user.
 */
export const securityEvents = pgTable(
  "security_events",
  {
    /** A UUID v7. */
    id: uuid("id").primaryKey(),
    at: instant("at").notNull(),
    /** Of several that are counted in one row the last; else the same as `at`. */
    lastAt: instant("last_at").notNull(),
    kind: text("kind", { enum: SECURITY_KINDS }).notNull(),
    /** Whose account it is about; null where that is nobody's, or not known. */
    userId: uuid("user_id"),
    /** The client's address, as limits count it; of a session its own. */
    address: text("address"),
    userAgent: text("user_agent"),
    /** A word about it: a route, the start of an API key. */
    detail: text("detail"),
    count: integer("count").notNull().default(1),
    /** What is counted in this row: of one kind, address, user and minute. Null where each has a row. */
    tally: uuid("tally").unique("security_events_tally_unique"),
  },
  (table) => [
    index("security_events_at").on(table.at, table.id),
    index("security_events_user").on(table.userId, table.at, table.id),
    index("security_events_kind").on(table.kind, table.at, table.id),
    index("security_events_address").on(table.address, table.at, table.id),
    index("security_events_counted").on(table.at).where(sql`tally is not null`),
    check("security_events_count_positive", sql`${table.count} > 0`),
    check(
      "security_events_texts_short",
      sql`length(${table.userAgent}) <= 200 and length(${table.detail}) <= 100`,
    ),
  ],
);
