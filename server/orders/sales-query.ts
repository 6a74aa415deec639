/** Which sales a page or a CSV file is of, as its address says. */
import type { SalesFilter } from "@/db/payments/views/sales";
import { isCurrency } from "@/lib/currency";
import { dayInUtc, one, type SearchParams } from "./list-query.ts";

/** `query` is what the address says, and nothing that was no filter. Days are in UTC; the last one is within. */
export function salesFilterOf(search: SearchParams): {
  filter: SalesFilter;
  query: { q?: string; from?: string; to?: string; currency?: string };
} {
  const [text, from, to, currency] = [one(search.q), one(search.from), one(search.to), one(search.currency)];
  const [since, until] = [dayInUtc(from), dayInUtc(to, 1)];
  const known = currency !== undefined && isCurrency(currency) ? currency : undefined;
  return {
    filter: { text, from: since, until, currency: known },
    query: {
      ...(text && { q: text }),
      ...(from && since && { from }),
      ...(to && until && { to }),
      ...(known && { currency: known }),
    },
  };
}
