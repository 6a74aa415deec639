import { getTimeZone } from "next-intl/server";
import { readAccountStates } from "@/db/activity/account-states";
import { readWholeHistory } from "@/db/activity/history";
import { parseHistoryQuery } from "@/lib/activity/filter";
import { selectionOf } from "@/lib/activity/selection";
import { csvResponse } from "@/server/documents/csv";
import { HISTORY_COLUMNS, historyRow } from "@/server/documents/history-rows";
import { exportRoute } from "@/server/http/export-route";
import { fail } from "@/server/http/responses";

/** Rows that are read at once: a statement of some milliseconds, and some hundred kilobytes. */
const PAGE_ROWS = 500;

async function* pagesOf(history: ReturnType<typeof readWholeHistory>, hasBalances: boolean) {
  for await (const movements of history)
    yield movements.map((movement) =>
      historyRow(hasBalances ? movement : { ...movement, balanceMinor: null }),
    );
}

/**
 * What the page of payments shows by the same query, all of it, newest first, as CSV. Days are of the page's time zone. Balances are
 * told to who may read accounts; their columns are empty to an API key that may not.
 */
export const GET = exportRoute(
  "GET /payments/export.csv",
  async ({ request, user, scopes, isForSpreadsheet }) => {
    const parsed = parseHistoryQuery(new URL(request.url).searchParams);
    if (!parsed.ok) return fail("invalid-request", { errors: parsed.errors });
    const [accounts, zone] = await Promise.all([readAccountStates(user.id), getTimeZone()]);
    const history = readWholeHistory(user.id, accounts, selectionOf(parsed.value, zone), PAGE_ROWS);
    return csvResponse("payments.csv", HISTORY_COLUMNS, pagesOf(history, scopes.includes("accounts:read")), {
      isForSpreadsheet,
    });
  },
  (request) => `/payments${new URL(request.url).search}`,
);
