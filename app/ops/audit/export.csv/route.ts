import { getTimeZone } from "next-intl/server";
import { auditPages } from "@/db/operators/audit";
import { securityPages } from "@/db/security/list";
import { AUDIT_COLUMNS, auditCells, SECURITY_COLUMNS, securityCells } from "@/server/documents/audit-rows";
import { csvResponse } from "@/server/documents/csv";
import { exportRoute } from "@/server/http/export-route";
import { invalid } from "@/server/http/responses";
import { auditFilterOf, securityFilterOf } from "@/server/ops/audit-query";
import { pathWith } from "@/server/orders/list-query";

/** Rows that are read at once: a statement of some milliseconds, and some hundred kilobytes. */
const PAGE_ROWS = 500;

const searchOf = (request: Pick<Request, "url">) => Object.fromEntries(new URL(request.url).searchParams);

async function* rowsOf<Entry, Row>(pages: AsyncIterable<Entry[]>, cells: (entry: Entry) => Row) {
  for await (const page of pages) yield page.map(cells);
}

/** What the page of the audit log shows by the same query, all of it, newest first, as CSV; of the view of security events likewise. */
export const GET = exportRoute(
  "GET /ops/audit/export.csv",
  async ({ request, isForSpreadsheet }) => {
    const [search, zone] = [searchOf(request), await getTimeZone()];
    if (search.view === "security") {
      const { filter, unknown } = await securityFilterOf(search, zone);
      if (unknown !== undefined) return invalid("/user", "is nobody");
      const pages = rowsOf(securityPages(filter, PAGE_ROWS), securityCells);
      return csvResponse("security-events.csv", SECURITY_COLUMNS, pages, { isForSpreadsheet });
    }
    const { filter, query, unknown } = await auditFilterOf(search, zone);
    if (unknown !== undefined)
      return invalid(
        unknown === query.actor ? "/actor" : "/subject",
        "is nobody, and nothing that was acted upon",
      );
    const pages = rowsOf(auditPages(filter, PAGE_ROWS), auditCells);
    return csvResponse("audit-log.csv", AUDIT_COLUMNS, pages, { isForSpreadsheet });
  },
  (request) => pathWith("/ops/audit", searchOf(request)),
);
