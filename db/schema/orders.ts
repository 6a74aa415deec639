/** What a merchant asks to be paid for. Immutable but for its end: paid (by one payment) or cancelled. */
import { sql } from "drizzle-orm";
import { boolean, check, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import type { OrderItem } from "../../lib/api/order.ts";
import { users } from "./auth.ts";
import { bytes, currencyCode, instant, minorUnits, thisMoment } from "./columns.ts";

export const orders = pgTable(
  "orders",
  {
    id: uuid("id").primaryKey(),
    merchantId: uuid("merchant_id")
      .notNull()
      .references(() => users.id),
    /** Not a foreign key: orders and accounts each lie by their own id where the tables are distributed. */
    merchantAccountId: uuid("merchant_account_id").notNull(),
    /** Whether whoever asks for the money was no merchant when they asked: a request between people, for ever. */
    isRequest: boolean("is_request").notNull().default(false),
    description: text("description").notNull(),
    currency: currencyCode("currency").notNull(),
    totalMinor: minorUnits("total_minor").notNull(),
    items: jsonb("items").$type<OrderItem[]>().notNull(),
    /** SHA-256 of the order as it was put, so that the same PUT again is recognised. */
    requestHash: bytes("request_hash").notNull(),
    expiresAt: instant("expires_at"),
    cancelledAt: instant("cancelled_at"),
    /** The one payment that paid the order, and the user it lies under. Written by settling only. */
    paidBy: uuid("paid_by"),
    paidByUserId: uuid("paid_by_user_id"),
    createdAt: instant("created_at").notNull().default(thisMoment),
    /** The payment link that the order was made by, and who used it. */
    paymentLinkId: uuid("payment_link_id"),
    orderedBy: uuid("ordered_by"),
  },
  (table) => [
    index("orders_merchant").on(table.merchantId, table.createdAt),
    /** The orders of a link, and those that one person made by it. Paying an order changes none of these columns. */
    index("orders_payment_link")
      .on(table.paymentLinkId, table.orderedBy, table.createdAt)
      .where(sql`payment_link_id is not null`),
    check("orders_by_link_whole", sql`(${table.paymentLinkId} is null) = (${table.orderedBy} is null)`),
    check("orders_total_positive", sql`${table.totalMinor} > 0`),
    check("orders_paid_whole", sql`(${table.paidBy} is null) = (${table.paidByUserId} is null)`),
    check("orders_one_end", sql`${table.paidBy} is null or ${table.cancelledAt} is null`),
  ],
);
