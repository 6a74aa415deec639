/** Sales as a table. Columns are added at the end only: programs read them by place. */
import type { Sale } from "@/db/payments/views/sales";
import { plainDecimal } from "@/lib/money";
import type { CsvCell } from "./csv.ts";

export const SALES_COLUMNS = [
  "settled_at",
  "payment_id",
  "order_id",
  "description",
  "buyer_name",
  "buyer_handle",
  "currency",
  "amount",
  "refunded",
  "net",
] as const;

/** A sale as a row: its time in UTC, its amounts in decimals of the currency with a point, in every language. */
export function saleRow(sale: Sale): CsvCell[] {
  const decimal = (amountMinor: bigint) => ({ figures: plainDecimal(amountMinor, sale.currency) });
  const row: Record<(typeof SALES_COLUMNS)[number], CsvCell> = {
    settled_at: sale.settledAt.toISOString(),
    payment_id: sale.paymentId,
    order_id: sale.orderId,
    description: sale.description,
    buyer_name: sale.buyer.name,
    buyer_handle: sale.buyer.handle,
    currency: sale.currency,
    amount: decimal(sale.amountMinor),
    refunded: decimal(sale.refundedMinor),
    net: decimal(sale.amountMinor - sale.refundedMinor),
  };
  return SALES_COLUMNS.map((name) => row[name]);
}
