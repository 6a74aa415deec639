import { eachSaleOf } from "@/db/payments/views/sales";
import { plainDecimal } from "@/lib/money";
import { csvResponse } from "@/server/http/csv";
import { downloadRoute } from "@/server/http/download-route";
import { pathWith } from "@/server/orders/list-query";
import { salesFilterOf } from "@/server/orders/sales-query";

/** Small enough that a page of it is read in milliseconds, and that a slow reader holds no more than that. */
const PAGE_ROWS = 500;

/** English, and the same for every reader: programs read it, too. Amounts are decimals with a point. */
const COLUMNS = {
  date: "Date (UTC)",
  payment: "Payment",
  order: "Order",
  description: "Description",
  buyer: "Buyer",
  handle: "Handle",
  currency: "Currency",
  amount: "Amount",
  refunded: "Refunded",
  net: "Net",
};

const query = (request: Request) => salesFilterOf(Object.fromEntries(new URL(request.url).searchParams));

/** The sales that are chosen, as a file. */
export const GET = downloadRoute(
  "GET /sales/csv",
  (request) => pathWith("/sales", query(request).query),
  async ({ request, user }) =>
    csvResponse("sales.csv", COLUMNS, rowsOf(eachSaleOf(user.id, query(request).filter, PAGE_ROWS))),
);

async function* rowsOf(sales: ReturnType<typeof eachSaleOf>) {
  for await (const sale of sales) {
    const decimal = (amountMinor: bigint) => plainDecimal(amountMinor, sale.currency);
    yield {
      date: sale.settledAt.toISOString(),
      payment: sale.paymentId,
      order: sale.orderId,
      description: sale.description,
      buyer: sale.buyer.name,
      handle: sale.buyer.handle,
      currency: sale.currency,
      amount: decimal(sale.amountMinor),
      refunded: decimal(sale.refundedMinor),
      net: decimal(sale.amountMinor - sale.refundedMinor),
    };
  }
}
