/**
 * What somebody looks for in their history, as it stands in the address of the page and of the CSV: both are read by this
 * one schema, so that the file holds what the page shows.
 */
import { z } from "zod";
import { type FieldError, type Parsed, parseQuery } from "../api/requests.ts";
import { startOfDay } from "./day.ts";

/** The kinds that can be picked. Another one is shown, and found by its name, as a newer build may bring it. */
export const KINDS = ["order", "transfer", "refund", "top-up", "funding"] as const;
export const DIRECTIONS = ["in", "out"] as const;
/** `checking`: an open key whose request has arrived, with no outcome so far. */
export const STATUSES = ["succeeded", "declined", "checking"] as const;

/** A name or a note is shorter; whatever is longer is found in nothing. */
export const TEXT_MAX_LENGTH = 140;

/** A day as `<input type="date">` sends it, in the years that everything here agrees on. */
const day = z.iso
  .date("must be a day, as 2026-03-31")
  .refine((value) => value >= "1970-01-01" && value <= "9999-12-30", "must lie between 1970 and 9999");

const fields = {
  account: z
    .string()
    .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code in capitals")
    .optional(),
  kind: z
    .string()
    .regex(/^[a-z][a-z-]{0,31}$/, "must be a kind of payment")
    .optional(),
  direction: z.enum(DIRECTIONS, `must be one of ${DIRECTIONS.join(", ")}`).optional(),
  status: z.enum(STATUSES, `must be one of ${STATUSES.join(", ")}`).optional(),
  from: day.optional(),
  to: day.optional(),
  q: z.string().trim().max(TEXT_MAX_LENGTH, `must be ${TEXT_MAX_LENGTH} characters at most`).optional(),
};

export const HISTORY_FIELDS = Object.keys(fields) as HistoryField[];
export type HistoryField = keyof typeof fields;

const historyQuery = z
  .strictObject(fields)
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ["to"],
    error: "must not be before from",
  });

/** The filters as they stand in an address; a field that is absent selects everything. */
export type HistoryQuery = z.infer<typeof historyQuery>;

/** What of a history is asked for. `from` is the first instant of it, `before` the first one after it. */
export type Selection = {
  currency?: string;
  kind?: string;
  direction?: (typeof DIRECTIONS)[number];
  status?: (typeof STATUSES)[number];
  from?: Date;
  before?: Date;
  text?: string;
};

/**
 * Reads the filters of an address. A field without a value is absent: that is how a form sends one that was left empty.
 * A field that is no filter, or stands there twice, is a complaint.
 */
export function parseHistoryQuery(search: URLSearchParams): Parsed<HistoryQuery> {
  const filled = new URLSearchParams([...search].filter(([, value]) => value.trim() !== ""));
  return parseQuery(historyQuery, filled);
}

/** The field that a complaint is about. */
export function fieldOf(error: FieldError): string {
  return error.pointer.slice(1);
}

/** What `query` selects; its days are days of `timeZone`. */
export function selectionOf(query: HistoryQuery, timeZone: string): Selection {
  const { account, kind, direction, status, from, to, q } = query;
  return {
    ...(account === undefined ? {} : { currency: account }),
    ...(kind === undefined ? {} : { kind }),
    ...(direction === undefined ? {} : { direction }),
    ...(status === undefined ? {} : { status }),
    ...(from === undefined ? {} : { from: startOfDay(from, timeZone) }),
    ...(to === undefined ? {} : { before: startOfDay(to, timeZone, 1) }),
    ...(q === undefined ? {} : { text: q }),
  };
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
