/** An account's entries as a table. Columns are added at the end only: programs read them by place. */
import type { LedgerEntry } from "@/db/ledger/views/entries";
import { plainDecimal } from "@/lib/money";
import type { CsvCell } from "./csv.ts";

export const ACCOUNT_COLUMNS = [
  "version",
  "settled_at",
  "payment_id",
  "kind",
  "note",
  "other_account_id",
  "other_name",
  "other_handle",
  "currency",
  "amount",
  "balance",
  "journal_position",
] as const;

/** An entry as a row: its time in UTC, its amounts in decimals of the currency with a point, in every language. */
export function entryRow(entry: LedgerEntry, currency: string): CsvCell[] {
  const decimal = (amountMinor: bigint) => ({ figures: plainDecimal(amountMinor, currency) });
  const row: Record<(typeof ACCOUNT_COLUMNS)[number], CsvCell> = {
    version: { figures: entry.version.toString() },
    settled_at: entry.at.toISOString(),
    payment_id: entry.paymentId,
    kind: entry.kind,
    note: entry.note,
    other_account_id: entry.other.accountId,
    other_name: entry.other.name,
    other_handle: entry.other.handle,
    currency,
    amount: decimal(entry.amountMinor),
    balance: decimal(entry.balanceMinor),
    journal_position: entry.position === null ? null : { figures: entry.position.toString() },
  };
  return ACCOUNT_COLUMNS.map((name) => row[name]);
}
