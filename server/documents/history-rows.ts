/** A history as a table. Columns are added at the end only: programs read them by place. */
import type { Movement } from "@/lib/activity/movement";
import { plainDecimal } from "@/lib/money";
import type { CsvCell } from "./csv.ts";

export const HISTORY_COLUMNS = [
  "settled_at",
  "payment_id",
  "kind",
  "status",
  "decline_code",
  "direction",
  "party_name",
  "party_handle",
  "description",
  "note",
  "currency",
  "amount",
  "amount_minor",
  "balance_after",
  "balance_after_minor",
  "order_id",
  "refund_of",
  "refunded_minor",
  "account_id",
  "requested_minor",
] as const;

/**
 * A movement as a row: its time in UTC; its amount with a minus where money went out, and 0 where none moved because it was
 * declined, so that a column adds up; in decimals of the currency with a point, and beside it in minor units.
 */
export function historyRow(movement: Movement): CsvCell[] {
  const { currency, direction, amountMinor, balanceMinor, party, status } = movement;
  const signed = status === "declined" ? 0n : direction === "out" ? -amountMinor : amountMinor;
  const row: Record<(typeof HISTORY_COLUMNS)[number], CsvCell> = {
    settled_at: movement.at.toISOString(),
    payment_id: movement.id,
    kind: movement.kind,
    status,
    decline_code: movement.declineCode,
    direction,
    party_name: party?.name ?? null,
    party_handle: party?.handle ?? null,
    description: movement.description,
    note: movement.note,
    currency,
    amount: { figures: plainDecimal(signed, currency) },
    amount_minor: { figures: signed.toString() },
    balance_after: balanceMinor === null ? null : { figures: plainDecimal(balanceMinor, currency) },
    balance_after_minor: balanceMinor === null ? null : { figures: balanceMinor.toString() },
    order_id: movement.orderId,
    refund_of: movement.refundOf,
    refunded_minor: { figures: movement.refundedMinor.toString() },
    account_id: movement.accountId,
    requested_minor: { figures: amountMinor.toString() },
  };
  return HISTORY_COLUMNS.map((column) => row[column]);
}
