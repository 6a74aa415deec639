/** What of a history is asked for, as reads take it: on the server alone, because days are read by locale data. */
import { startOfDay } from "./day.ts";
import type { DIRECTIONS, HistoryQuery, STATUSES } from "./filter.ts";

/** `from` is the first instant of it, `before` the first one after it. */
export type Selection = {
  currency?: string;
  kind?: string;
  direction?: (typeof DIRECTIONS)[number];
  status?: (typeof STATUSES)[number];
  from?: Date;
  before?: Date;
  text?: string;
};

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
