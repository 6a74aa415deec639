/**
 * What somebody looks for in their history, as it stands in the address of the page and of the CSV: both are read by this
 * one schema, so that the file holds what the page shows.
 */
import { z } from "zod";
import { PAYMENT_KINDS } from "../api/payment.ts";
import { type Parsed, parseQuery } from "../api/requests.ts";

/** The kinds that can be picked. Another one is shown, and found by its name, as a newer build may bring it. */
export const KINDS = PAYMENT_KINDS;
export const DIRECTIONS = ["in", "out"] as const;
/** `checking`: an open key whose request has arrived, with no outcome so far. */
export const STATUSES = ["succeeded", "declined", "checking"] as const;

/** A name or a note is shorter; whatever is longer is found in nothing. */
export const TEXT_MAX_LENGTH = 140;

/** A day as `<input type="date">` sends it, in the years that everything here agrees on. */
const day = z.iso
  .date({ error: "must be a day, as 2026-03-31", abort: true })
  .refine((value) => value >= "1970-01-01" && value <= "9999-12-30", "must lie between 1970 and 9999");

/**
 * A field that was left empty is absent: that is how a form sends one. Nothing that is stored contains U+0000, which PostgreSQL
 * refuses in a text.
 */
function filled<T>(schema: z.ZodType<T>) {
  return z.preprocess((value) => {
    const text = typeof value === "string" ? value.replaceAll("\0", "") : value;
    return typeof text === "string" && text.trim() === "" ? undefined : text;
  }, schema);
}

const fields = {
  account: filled(
    z
      .string()
      .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code in capitals")
      .optional(),
  ),
  kind: filled(
    z
      .string()
      .regex(/^[a-z][a-z-]{0,31}$/, "must be a kind of payment")
      .optional(),
  ),
  direction: filled(z.enum(DIRECTIONS, `must be one of ${DIRECTIONS.join(", ")}`).optional()),
  status: filled(z.enum(STATUSES, `must be one of ${STATUSES.join(", ")}`).optional()),
  from: filled(day.optional()),
  to: filled(day.optional()),
  q: filled(
    z.string().trim().max(TEXT_MAX_LENGTH, `must be ${TEXT_MAX_LENGTH} characters at most`).optional(),
  ),
};

export const HISTORY_FIELDS = Object.keys(fields) as HistoryField[];
export type HistoryField = keyof typeof fields;

/** The fields of the form with the filters, and of an address that has them. */
export const historyQuery = z
  .strictObject(fields)
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ["to"],
    error: "must not be before from",
  });

/** The filters as they stand in an address; a field that is absent selects everything. */
export type HistoryQuery = Partial<z.infer<typeof historyQuery>>;

/** Reads the filters of an address. A field that is no filter, or stands there twice, is a complaint. */
export function parseHistoryQuery(search: URLSearchParams): Parsed<HistoryQuery> {
  return parseQuery(historyQuery, search);
}

/** Writes `query` as the query of an address, with what is to stand beside it. */
export function searchOf(query: HistoryQuery, beside: Record<string, string> = {}): string {
  const search = new URLSearchParams(beside);
  for (const field of HISTORY_FIELDS) {
    const value = query[field];
    if (value !== undefined) search.set(field, value);
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}
