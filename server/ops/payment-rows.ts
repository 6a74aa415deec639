/** Everybody's payments as a table. Columns are added at the end only: programs read them by place. */
import type { FoundPayment } from "@/db/payments/search/search";
import { plainDecimal } from "@/lib/money";
import type { CsvCell } from "../documents/csv.ts";

export const PAYMENT_COLUMNS = [
  "settled_at",
  "payment_id",
  "kind",
  "status",
  "decline_code",
  "currency",
  "amount",
  "payer_handle",
  "payee_handle",
  "asked_by",
  "order_id",
  "refund_of",
  "note",
] as const;

/** A payment as a row: its time in UTC, its amount in decimals of the currency with a point. The house has no handle. */
export function paymentRow(payment: FoundPayment): CsvCell[] {
  const row: Record<(typeof PAYMENT_COLUMNS)[number], CsvCell> = {
    settled_at: payment.settledAt.toISOString(),
    payment_id: payment.id,
    kind: payment.kind,
    status: payment.status,
    decline_code: payment.declineCode,
    currency: payment.currency,
    amount: { figures: plainDecimal(payment.amountMinor, payment.currency) },
    payer_handle: payment.payer?.handle ?? null,
    payee_handle: payment.payee?.handle ?? null,
    asked_by: payment.userId,
    order_id: payment.orderId,
    refund_of: payment.refundOf,
    note: payment.note,
  };
  return PAYMENT_COLUMNS.map((name) => row[name]);
}
