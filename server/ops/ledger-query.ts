/** The addresses of the room of the ledger: what a list is narrowed to, and where it goes on. */
import { ACCOUNT_STATES, type AccountFilter } from "@/db/ledger/views/accounts";
import { instantOf } from "@/lib/activity/day";
import { uuid } from "@/lib/api/requests";
import { one, type SearchParams } from "../orders/list-query.ts";

/** A version or a position as an address has it; undefined where it is none that there can be. */
export function countIn(value: string | string[] | undefined): bigint | undefined {
  const text = one(value);
  if (text === undefined || !/^[1-9]\d{0,18}$/.test(text)) return undefined;
  const count = BigInt(text);
  return count > 9_223_372_036_854_775_807n ? undefined : count;
}

/** What the list of accounts is narrowed to, and the same as its address says it. */
export function accountsFilterOf(search: SearchParams): {
  filter: AccountFilter;
  query: Record<string, string | undefined>;
} {
  const [q, currency, state] = [one(search.q), one(search.currency), one(search.state)];
  const ofState = ACCOUNT_STATES.find((known) => known === state);
  const ofCurrency = currency !== undefined && /^[A-Z]{3}$/.test(currency) ? currency : undefined;
  const id = uuid.safeParse(q).data;
  const find = id !== undefined ? { id } : q === undefined ? undefined : { handle: handleIn(q) };
  const query = {
    ...(q && { q }),
    ...(ofCurrency && { currency: ofCurrency }),
    ...(ofState && { state: ofState }),
  };
  return { filter: { find, currency: ofCurrency, state: ofState }, query };
}

/** A handle as people type it. */
export function handleIn(typed: string): string {
  return typed.replace(/^@/, "").toLowerCase();
}

/** A moment as a field for one sends it, in the time zone of the page; undefined where it is none. */
export function momentIn(
  value: string | string[] | undefined,
  timeZone: string,
): { typed: string; at: Date } | undefined {
  const typed = one(value);
  if (typed === undefined || !/^[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{3})?)?$/.test(typed))
    return undefined;
  if (typed < "1970-01-02" || typed > "9999-12-30" || Number.isNaN(Date.parse(`${typed}Z`))) return undefined;
  const at = instantOf(typed, timeZone);
  // Without seconds the whole minute is meant, without milliseconds the whole second.
  const rest = typed.length === 16 ? 59_999 : typed.length === 19 ? 999 : 0;
  return { typed, at: new Date(at.getTime() + rest) };
}
