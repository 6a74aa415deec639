import { getTimeZone } from "next-intl/server";
import { paymentPages } from "@/db/payments/search/search";
import { understand } from "@/db/payments/search/understand";
import { csvResponse } from "@/server/documents/csv";
import { exportRoute } from "@/server/http/export-route";
import { fail } from "@/server/http/responses";
import { PAYMENT_COLUMNS, paymentRow, paymentsFileName } from "@/server/ops/payment-rows";
import { parseExportQuery, paymentsQueryOf } from "@/server/ops/payments-query";
import { pathWith } from "@/server/orders/list-query";

/** Rows that are read at once: a statement of some milliseconds, and some hundred kilobytes. */
const PAGE_ROWS = 500;

const queryOf = (request: Pick<Request, "url">, timeZone: string) =>
  paymentsQueryOf(Object.fromEntries(new URL(request.url).searchParams), timeZone, undefined);

async function* rowsOf(pages: ReturnType<typeof paymentPages>) {
  for await (const page of pages) yield page.map(paymentRow);
}

/** What the console's page of payments shows by the same query, all of it, newest first, as CSV. Days are of the page's time zone. */
export const GET = exportRoute(
  "GET /ops/payments/export.csv",
  async ({ request, isForSpreadsheet }) => {
    const parsed = parseExportQuery(new URL(request.url).searchParams);
    if (!parsed.ok) return fail("invalid-request", { errors: parsed.errors });
    const { filter, text, query } = queryOf(request, await getTimeZone());
    const subject = text === undefined ? undefined : await understand(text);
    const pages = rowsOf(paymentPages({ subject, filter }, PAGE_ROWS));
    return csvResponse(paymentsFileName(query), PAYMENT_COLUMNS, pages, { isForSpreadsheet });
  },
  (request) => pathWith("/ops/payments", queryOf(request, "UTC").query),
);
