/** Which sales a page or a CSV file is of, as its address says. */

import { z } from "zod";
import type { SalesFilter } from "@/db/payments/views/sales";
import { startOfDay } from "@/lib/activity/day";
import { type Parsed, parseQuery } from "@/lib/api/requests";
import { isCurrency } from "@/lib/currency";
import { dayIn, one, type SearchParams, TEXT_MAX_LENGTH } from "./list-query.ts";

const day = z
  .string()
  .trim()
  .refine((text) => text === "" || dayIn(text) !== undefined, "must be a day, as 2026-03-02")
  .optional();

/** What an address may say of which sales it means; something empty selects everything. */
const salesQuery = z
  .strictObject({
    q: z.string().trim().max(TEXT_MAX_LENGTH, `must be ${TEXT_MAX_LENGTH} characters at most`).optional(),
    from: day,
    to: day,
    currency: z
      .string()
      .trim()
      .refine((code) => code === "" || isCurrency(code), "must be a currency, as USD")
      .optional(),
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ["to"], error: "must not be before from" });

/** Complaints about an address of which not every filter is understood: a program is not given more than it asked for. */
export function parseSalesQuery(search: URLSearchParams): Parsed<z.infer<typeof salesQuery>> {
  return parseQuery(salesQuery, search);
}

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
