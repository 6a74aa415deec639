import { getTimeZone } from "next-intl/server";
import { salePagesOf } from "@/db/payments/views/sales";
import { csvResponse } from "@/server/documents/csv";
import { SALES_COLUMNS, saleRow } from "@/server/documents/sales-rows";
import { exportRoute } from "@/server/http/export-route";
import { fail } from "@/server/http/responses";
import { pathWith } from "@/server/orders/list-query";
import { parseSalesQuery, salesFilterOf } from "@/server/orders/sales-query";

/** Rows that are read at once: a statement of some milliseconds, and some hundred kilobytes. */
const PAGE_ROWS = 500;

const queryOf = (request: Pick<Request, "url">, timeZone: string) =>
  salesFilterOf(Object.fromEntries(new URL(request.url).searchParams), timeZone);

async function* pagesOf(sales: ReturnType<typeof salePagesOf>) {
  for await (const page of sales) yield page.map(saleRow);
}

/** What the page of sales shows by the same query, all of it, newest first, as CSV; a filter that is not understood is an error. Days are of the page's time zone. */
export const GET = exportRoute(
  "GET /sales/export.csv",
  async ({ request, user, isForSpreadsheet }) => {
    const parsed = parseSalesQuery(new URL(request.url).searchParams);
    if (!parsed.ok) return fail("invalid-request", { errors: parsed.errors });
    const { filter } = queryOf(request, await getTimeZone());
    const pages = pagesOf(salePagesOf(user.id, filter, PAGE_ROWS));
    return csvResponse("sales.csv", SALES_COLUMNS, pages, { isForSpreadsheet });
  },
  (request) => pathWith("/sales", queryOf(request, "UTC").query),
);
