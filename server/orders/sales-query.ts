/** Which sales a page or a CSV file is of, as its address says. */
import type { SalesFilter } from "@/db/payments/views/sales";
import { startOfDay } from "@/lib/activity/day";
import { isCurrency } from "@/lib/currency";
import { dayIn, one, type SearchParams } from "./list-query.ts";

/** `query` is what the address says, and nothing that is no filter. Days are of `timeZone`; the last one is within. */
export function salesFilterOf(
  search: SearchParams,
  timeZone: string,
): {
  filter: SalesFilter;
  query: { q?: string; from?: string; to?: string; currency?: string };
} {
  const [text, from, to] = [one(search.q), dayIn(one(search.from)), dayIn(one(search.to))];
  const code = one(search.currency);
  const currency = code !== undefined && isCurrency(code) ? code : undefined;
  return {
    filter: {
      text,
      from: from === undefined ? undefined : startOfDay(from, timeZone),
      until: to === undefined ? undefined : startOfDay(to, timeZone, 1),
      currency,
    },
    query: {
      ...(text && { q: text }),
      ...(from && { from }),
      ...(to && { to }),
      ...(currency && { currency }),
    },
  };
}
