import { getTimeZone } from "next-intl/server";
import { findLedgerAccount } from "@/db/ledger/views/accounts";
import { entryPages, type LedgerEntry, stateAt } from "@/db/ledger/views/entries";
import { uuid } from "@/lib/api/requests";
import { ACCOUNT_COLUMNS, entryRow } from "@/server/documents/account-rows";
import { csvResponse } from "@/server/documents/csv";
import { exportRoute } from "@/server/http/export-route";
import { fail } from "@/server/http/responses";
import { momentIn } from "@/server/ops/ledger-query";

/** Rows that are read at once: a statement of some milliseconds, and some hundred kilobytes. */
const PAGE_ROWS = 500;

async function* rowsOf(pages: AsyncGenerator<LedgerEntry[]>, currency: string) {
  for await (const page of pages) yield page.map((entry) => entryRow(entry, currency));
}

const idOf = (request: Pick<Request, "url">) =>
  uuid.safeParse(new URL(request.url).pathname.split("/").at(-2)).data;

/** An account's entries as its page shows them, all of them, the latest first, as CSV; until a moment where the address names one. */
export const GET = exportRoute(
  "GET /ops/ledger/accounts/[id]/export.csv",
  async ({ request, isForSpreadsheet }) => {
    const id = idOf(request);
    const account = id === undefined ? undefined : await findLedgerAccount(id);
    if (account === undefined) return fail("not-found");
    const written = new URL(request.url).searchParams.get("at") ?? undefined;
    const moment = momentIn(written, await getTimeZone());
    if (written !== undefined && written !== "" && moment === undefined)
      return fail("invalid-request", {
        errors: [{ pointer: "/at", detail: "must be a moment, as 2026-03-31T14:30" }],
      });
    const end = moment ? (await stateAt(account.id, moment.at)).version : account.version;
    const pages = rowsOf(entryPages(account.id, end, PAGE_ROWS), account.currency);
    return csvResponse(`account-${account.id.slice(-12)}.csv`, ACCOUNT_COLUMNS, pages, { isForSpreadsheet });
  },
  (request) => `/ops/ledger/accounts/${idOf(request) ?? ""}`,
);
