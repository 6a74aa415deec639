/**
 * The double-entry ledger. A transfer is one row with both sides, so it is balanced by construction; `ledger_entries`
 * (a view, in SQL) shows it as two. Each account numbers its transfers with its version, without a gap.
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  date,
  index,
  pgTable,
  smallint,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { users } from "./auth.ts";
import { bytes, currencyCode, instant, minorUnits, thisMoment, transactionId } from "./columns.ts";

export const ledgerAccounts = pgTable(
  "ledger_accounts",
  {
    id: uuid("id").primaryKey(),
    /** Null for funding accounts. */
    ownerId: uuid("owner_id").references(() => users.id),
    purpose: text("purpose", { enum: ["wallet", "funding"] }).notNull(),
    currency: currencyCode("currency").notNull(),
    balanceMinor: minorUnits("balance_minor").notNull().default(sql`0`),
    /** The floor. Null means none: the funding account, which money enters the demo from. */
    minBalanceMinor: minorUnits("min_balance_minor").default(sql`0`),
    /** How many transfers have touched the account. */
    version: bigint("version", { mode: "bigint" }).notNull().default(sql`0`),
    closedAt: instant("closed_at"),
    /** The UTC day that `day_out_minor` counts; it only moves forward. */
    day: date("day"),
    dayOutMinor: minorUnits("day_out_minor").notNull().default(sql`0`),
    /** What may leave in a day by orders and transfers. Null means no limit. */
    dayLimitMinor: minorUnits("day_limit_minor"),
    createdAt: instant("created_at").notNull().default(thisMoment),
  },
  (table) => [
    unique("ledger_accounts_owner_currency_unique").on(table.ownerId, table.currency),
    /** For lists. Never on what a payment changes: its update of the row would have to change the index as well. */
    index("ledger_accounts_currency").on(table.currency, table.id),
    index("ledger_accounts_closed").on(table.id).where(sql`closed_at is not null`),
    check("ledger_accounts_floor", sql`${table.balanceMinor} >= ${table.minBalanceMinor}`),
    check("ledger_accounts_owned", sql`(${table.purpose} = 'funding') = (${table.ownerId} is null)`),
    check("ledger_accounts_purpose_known", sql`${table.purpose} in ('wallet', 'funding')`),
  ],
);

export const ledgerTransfers = pgTable(
  "ledger_transfers",
  {
    /** The payment it belongs to. */
    id: uuid("id").primaryKey(),
    debitAccountId: uuid("debit_account_id").notNull(),
    creditAccountId: uuid("credit_account_id").notNull(),
    amountMinor: minorUnits("amount_minor").notNull(),
    currency: currencyCode("currency").notNull(),
    debitBalanceMinor: minorUnits("debit_balance_minor").notNull(),
    debitVersion: bigint("debit_version", { mode: "bigint" }).notNull(),
    creditBalanceMinor: minorUnits("credit_balance_minor").notNull(),
    creditVersion: bigint("credit_version", { mode: "bigint" }).notNull(),
    /** The transaction that wrote the row: the sealer takes rows below every running one. */
    transactionId: transactionId("transaction_id").notNull().default(sql`pg_current_xact_id()`),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    index("ledger_transfers_debit").on(table.debitAccountId, table.debitVersion),
    index("ledger_transfers_credit").on(table.creditAccountId, table.creditVersion),
    /** The sealer takes transfers by the transaction that wrote them. */
    index("ledger_transfers_transaction").on(table.transactionId),
    check("ledger_transfers_amount_positive", sql`${table.amountMinor} > 0`),
    check("ledger_transfers_two_accounts", sql`${table.debitAccountId} <> ${table.creditAccountId}`),
    check("ledger_transfers_versions", sql`${table.debitVersion} > 0 and ${table.creditVersion} > 0`),
  ],
);

/**
 * Corrections by hand, which one operator asks for and another approves. A row never changes but for its end: done or declined by
 * settling, refused, or withdrawn.
 */
export const ledgerAdjustments = pgTable(
  "ledger_adjustments",
  {
    /** Made by the form, so that a form that is sent twice asks once. */
    id: uuid("id").primaryKey(),
    askedBy: uuid("asked_by").notNull(),
    debitAccountId: uuid("debit_account_id").notNull(),
    creditAccountId: uuid("credit_account_id").notNull(),
    amountMinor: minorUnits("amount_minor").notNull(),
    currency: currencyCode("currency").notNull(),
    /** The payment's note, which the owners of both accounts read. */
    reason: text("reason").notNull(),
    askedAt: instant("asked_at").notNull(),
    state: text("state", { enum: ["pending", "done", "declined", "refused", "withdrawn"] }).notNull(),
    endedBy: uuid("ended_by"),
    /** Why it was refused or withdrawn. */
    endReason: text("end_reason"),
    endedAt: instant("ended_at"),
    /** What approving it was settled as, paid or declined. */
    paymentId: uuid("payment_id"),
  },
  (table) => [
    index("ledger_adjustments_asked").on(table.askedAt, table.id),
    index("ledger_adjustments_state").on(table.state, table.askedAt, table.id),
    check("ledger_adjustments_amount_positive", sql`${table.amountMinor} > 0`),
    check("ledger_adjustments_two_accounts", sql`${table.debitAccountId} <> ${table.creditAccountId}`),
    check("ledger_adjustments_reason_given", sql`btrim(${table.reason}) <> ''`),
    check(
      "ledger_adjustments_state_known",
      sql`${table.state} in ('pending', 'done', 'declined', 'refused', 'withdrawn')`,
    ),
    check(
      "ledger_adjustments_ended_whole",
      sql`(${table.state} = 'pending') = (${table.endedAt} is null) and (${table.endedAt} is null) = (${table.endedBy} is null) and (${table.state} in ('refused', 'withdrawn')) = (${table.endReason} is not null) and (${table.state} in ('done', 'declined')) = (${table.paymentId} is not null)`,
    ),
    /** Four eyes. */
    check(
      "ledger_adjustments_two_operators",
      sql`${table.state} in ('pending', 'withdrawn') or ${table.endedBy} <> ${table.askedBy}`,
    ),
  ],
);

/**
 * The tamper-evident journal: the transfers in the order they were sealed in, each with a hash over itself, its payment
 * and the hash before it. Changing, removing or inserting a row later breaks the chain from there on.
 */
export const ledgerSeals = pgTable(
  "ledger_seals",
  {
    /** 1, 2, 3 and so on; the sealer's own order, since a late commit is sealed late. */
    position: bigint("position", { mode: "bigint" }).primaryKey(),
    transferId: uuid("transfer_id").notNull(),
    hash: bytes("hash").notNull(),
    sealedAt: instant("sealed_at").notNull(),
  },
  (table) => [
    uniqueIndex("ledger_seals_transfer").on(table.transferId),
    check("ledger_seals_hash_length", sql`octet_length(${table.hash}) = 32`),
  ],
);

/** Where the journal ends: one row, whose lock serialises sealers. */
export const ledgerSealHead = pgTable(
  "ledger_seal_head",
  {
    id: smallint("id").primaryKey(),
    position: bigint("position", { mode: "bigint" }).notNull(),
    hash: bytes("hash").notNull(),
    /** Every transaction below this one had ended when its transfers were sealed. */
    sealedBelow: transactionId("sealed_below").notNull(),
    /** The server that those transaction ids belong to: after a dump is restored elsewhere they mean nothing. */
    systemIdentifier: bigint("system_identifier", { mode: "bigint" }).notNull(),
  },
  (table) => [check("ledger_seal_head_one", sql`${table.id} = 1`)],
);
