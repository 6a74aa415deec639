/** Everybody's payments as a table. Columns are added at the end only: programs read them by place. */
import type { FoundPayment } from "@/db/payments/search/search";
import { plainDecimal } from "@/lib/money";
import type { CsvCell } from "../documents/csv.ts";
import type { PaymentsQuery } from "./payments-query.ts";

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
  "asked_by_id",
  "refunded_minor",
] as const;

/** A payment as a row: its time in UTC, its amount in decimals of the currency with a point, and what was paid back of it in minor units. The house has no handle. */
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
    asked_by: payment.askedBy,
    order_id: payment.orderId,
    refund_of: payment.refundOf,
    note: payment.note,
    asked_by_id: payment.userId,
    refunded_minor: { figures: payment.refundedMinor.toString() },
  };
  return PAYMENT_COLUMNS.map((name) => row[name]);
}

/** What the file of a query is called: what it was narrowed to, in plain letters, as payments-declined-2026-11-30.csv. */
export function paymentsFileName(query: PaymentsQuery): string {
  const { kind, status, code, currency, from, to } = query;
  const days =
    from !== undefined && from === to ? [from] : [...(from ? ["from", from] : []), ...(to ? ["to", to] : [])];
  const isFiltered = query.q !== undefined || query.min !== undefined || query.max !== undefined;
  const parts = [
    "payments",
    kind,
    code === undefined ? status : `declined-${code.replaceAll("_", "-")}`,
    currency,
    isFiltered ? "filtered" : undefined,
    ...days,
  ];
  return `${parts.filter((part) => part !== undefined).join("-")}.csv`;
}
