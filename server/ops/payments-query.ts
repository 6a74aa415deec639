/** Which payments the console's page or CSV file is of, how they are sorted, and where a page goes on, as its address says. */
import { z } from "zod";
import type { PaymentPlace, PaymentSort } from "@/db/payments/search/search";
import type { PaymentFilter } from "@/db/payments/search/selection";
import { startOfDay } from "@/lib/activity/day";
import { DECLINE_CODES, PAYMENT_KINDS } from "@/lib/api/payment";
import { type Parsed, parseQuery } from "@/lib/api/requests";
import { isCurrency } from "@/lib/currency";
import { fromDecimal, plainDecimal } from "@/lib/money";
import { readAmount } from "@/lib/money-input";
import { isUuid } from "../http/request/key-header.ts";
import { dayIn, one, type SearchParams, TEXT_MAX_LENGTH } from "../orders/list-query.ts";

/** What the address says besides the place, as it is written again. */
export type PaymentsQuery = {
  q?: string;
  kind?: string;
  status?: string;
  code?: string;
  currency?: string;
  min?: string;
  max?: string;
  from?: string;
  to?: string;
  sort?: string;
};

const SORTS: Readonly<Record<string, PaymentSort>> = {
  "-time": { by: "time", direction: "desc" },
  time: { by: "time", direction: "asc" },
  "-amount": { by: "amount", direction: "desc" },
  amount: { by: "amount", direction: "asc" },
};

/** How an address writes a sort; nothing for the newest first. */
export function sortText({ by, direction }: PaymentSort): string | undefined {
  const text = direction === "desc" ? `-${by}` : by;
  return text === "-time" ? undefined : text;
}

/** An amount as it is typed, with a point or a comma before the decimals. */
function amountIn(text: string | undefined, currency: string | undefined): bigint | undefined {
  return text === undefined || currency === undefined
    ? undefined
    : fromDecimal(text.replace(",", "."), currency);
}

/**
 * Reads an address. What is not understood is left out. Days are of `timeZone`, the last one within. Amounts can be compared
 * within a currency only: where none is named, it is `mainCurrency`.
 */
export function paymentsQueryOf(
  search: SearchParams,
  timeZone: string,
  mainCurrency: string | undefined,
): { filter: PaymentFilter; sort: PaymentSort; text: string | undefined; query: PaymentsQuery } {
  const text = one(search.q);
  const kind = PAYMENT_KINDS.find((known) => known === one(search.kind));
  const status = (["succeeded", "declined"] as const).find((known) => known === one(search.status));
  const declineCode = DECLINE_CODES.find((known) => known === one(search.code));
  const [from, to] = [dayIn(one(search.from)), dayIn(one(search.to))];
  const sortWord = one(search.sort) ?? "";
  const sort = (Object.hasOwn(SORTS, sortWord) ? SORTS[sortWord] : undefined) ?? {
    by: "time",
    direction: "desc",
  };
  const code = one(search.currency);
  const needsCurrency =
    sort.by === "amount" || one(search.min) !== undefined || one(search.max) !== undefined;
  const currency = code !== undefined && isCurrency(code) ? code : needsCurrency ? mainCurrency : undefined;
  const [min, max] = [one(search.min), one(search.max)];
  const [minMinor, maxMinor] = [amountIn(min, currency), amountIn(max, currency)];
  const sorted = sortText(sort);
  return {
    text,
    sort,
    filter: {
      kind,
      status,
      declineCode,
      currency,
      minMinor,
      maxMinor,
      from: from === undefined ? undefined : startOfDay(from, timeZone),
      until: to === undefined ? undefined : startOfDay(to, timeZone, 1),
    },
    query: {
      ...(text && { q: text }),
      ...(kind && { kind }),
      ...(status && { status }),
      ...(declineCode && { code: declineCode }),
      ...(currency && { currency }),
      ...(min !== undefined && minMinor !== undefined && { min }),
      ...(max !== undefined && maxMinor !== undefined && { max }),
      ...(from && { from }),
      ...(to && { to }),
      ...(sorted && { sort: sorted }),
    },
  };
}

/**
 * The query that finds payments of just the amount that `text` writes, in the first of `currencies` that it can be one of; undefined
 * where it is no amount. The rest of `query` stays, but for the text.
 */
export function amountSearched(
  text: string,
  { query, currencies, locale }: { query: PaymentsQuery; currencies: readonly string[]; locale: string },
): { amountMinor: string; currency: string; query: PaymentsQuery } | undefined {
  for (const currency of query.currency === undefined ? currencies : [query.currency]) {
    const read = readAmount(text, currency, locale);
    if (!read.ok) continue;
    const exact = plainDecimal(read.amountMinor, currency);
    const { q: _, ...rest } = query;
    return { ...read, currency, query: { ...rest, currency, min: exact, max: exact } };
  }
  return undefined;
}

const among = (known: readonly string[], what: string) =>
  z
    .string()
    .trim()
    .refine((text) => text === "" || known.includes(text), `must be ${what}`)
    .optional();
const day = z
  .string()
  .trim()
  .refine((text) => text === "" || dayIn(text) !== undefined, "must be a day, as 2026-03-02")
  .optional();
const amount = z
  .string()
  .trim()
  .refine((text) => text === "" || /^\d{1,19}([.,]\d{1,4})?$/.test(text), "must be an amount, as 12.50")
  .optional();

const exportQuery = z
  .strictObject({
    q: z.string().trim().max(TEXT_MAX_LENGTH, `must be ${TEXT_MAX_LENGTH} characters at most`).optional(),
    kind: among(PAYMENT_KINDS, `one of ${PAYMENT_KINDS.join(", ")}`),
    status: among(["succeeded", "declined"], "succeeded or declined"),
    code: among(DECLINE_CODES, `one of ${DECLINE_CODES.join(", ")}`),
    currency: z
      .string()
      .trim()
      .refine((code) => code === "" || isCurrency(code), "must be a currency, as USD")
      .optional(),
    min: amount,
    max: amount,
    from: day,
    to: day,
    sort: among(Object.keys(SORTS), `one of ${Object.keys(SORTS).join(", ")}`),
  })
  .superRefine((query, context) => {
    for (const name of ["min", "max"] as const) {
      if (!query[name]) continue;
      if (!query.currency)
        context.addIssue({ code: "custom", path: [name], message: "needs a currency beside it" });
      else if (isCurrency(query.currency) && amountIn(query[name], query.currency) === undefined)
        context.addIssue({ code: "custom", path: [name], message: "must be an amount of that currency" });
    }
    if (query.from && query.to && query.from > query.to)
      context.addIssue({ code: "custom", path: ["to"], message: "must not be before from" });
  });

/** Complaints about an address of which not every filter is understood: a program is not given more than it asked for. */
export function parseExportQuery(search: URLSearchParams): Parsed<z.infer<typeof exportQuery>> {
  return parseQuery(exportQuery, search);
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const PLACE_MAX_LENGTH = 300;

/** Writes a place down, opaque. */
export function placeText(place: PaymentPlace): string {
  const parts =
    place.by === "time"
      ? ["time", place.at.toISOString(), place.id]
      : [
          "amount",
          place.amountMinor.toString(),
          place.id,
          place.part.from.toISOString(),
          place.part.until.toISOString(),
        ];
  return Buffer.from(parts.join(" ")).toString("base64url");
}

/** The place that a text stands for; undefined unless `placeText` wrote it, or could have. */
export function readPlace(text: string | undefined): PaymentPlace | undefined {
  if (text === undefined || text.length > PLACE_MAX_LENGTH) return undefined;
  const [by, key = "", id = "", from = "", until = ""] = Buffer.from(text, "base64url")
    .toString("latin1")
    .split(" ");
  if (!isUuid(id)) return undefined;
  const place: PaymentPlace | undefined =
    by === "time" && isInstant(key)
      ? { by, at: new Date(key), id }
      : by === "amount" && /^\d{1,19}$/.test(key) && isInstant(from) && isInstant(until)
        ? { by, amountMinor: BigInt(key), id, part: { from: new Date(from), until: new Date(until) } }
        : undefined;
  return place && placeText(place) === text ? place : undefined;
}

/** In the years of `dayIn`: the search also asks for the moment after a place, which beyond them no database reads. */
function isInstant(text: string): boolean {
  return INSTANT.test(text) && new Date(text).getTime() >= 0 && text < "9999-12-31";
}
