/** What a merchant asks for again and again. Immutable but for its end; each use makes an order of its own. */
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { OrderItem } from "../../lib/api/order.ts";
import { users } from "./auth.ts";
import { bytes, currencyCode, instant, minorUnits, thisMoment } from "./columns.ts";

export const paymentLinks = pgTable(
  "payment_links",
  {
    id: uuid("id").primaryKey(),
    merchantId: uuid("merchant_id")
      .notNull()
      .references(() => users.id),
    description: text("description").notNull(),
    currency: currencyCode("currency").notNull(),
    items: jsonb("items").$type<OrderItem[]>().notNull(),
    /** Of the items once. */
    totalMinor: minorUnits("total_minor").notNull(),
    /** How many times the items may be bought at once; null where the buyer has no choice. */
    quantityMax: integer("quantity_max"),
    /** SHA-256 of the link as it was put, so that the same form sent again is recognised. */
    requestHash: bytes("request_hash").notNull(),
    closedAt: instant("closed_at"),
    createdAt: instant("created_at").notNull().default(thisMoment),
  },
  (table) => [
    index("payment_links_merchant").on(table.merchantId, table.createdAt, table.id),
    check("payment_links_total_positive", sql`${table.totalMinor} > 0`),
    check("payment_links_quantity_chosen", sql`${table.quantityMax} >= 2`),
  ],
);
