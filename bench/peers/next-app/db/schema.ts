import { bigint, index, jsonb, pgTable, primaryKey, text, timestamp, uuid } from "drizzle-orm/pg-core";

export const accounts = pgTable("accounts", {
  id: uuid().primaryKey(),
  handle: text().notNull().unique(),
  balanceMinor: bigint({ mode: "bigint" }).notNull(),
  /** The same person's account in pgledger, which keeps balances of its own. */
  ledgerAccountId: text(),
});

export const apiKeys = pgTable("api_keys", {
  hash: text().primaryKey(),
  accountId: uuid()
    .notNull()
    .references(() => accounts.id),
});

export const payments = pgTable(
  "payments",
  {
    id: uuid().primaryKey().defaultRandom(),
    payerId: uuid()
      .notNull()
      .references(() => accounts.id),
    payeeId: uuid()
      .notNull()
      .references(() => accounts.id),
    amountMinor: bigint({ mode: "bigint" }).notNull(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [index().on(table.payerId, table.createdAt), index().on(table.payeeId, table.createdAt)],
);

/** A key is claimed by the first request that brings it, and answers with what that one was answered. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    accountId: uuid().notNull(),
    key: text().notNull(),
    requestHash: text().notNull(),
    response: jsonb(),
    createdAt: timestamp({ withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.key] })],
);
