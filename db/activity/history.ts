/**
 * Somebody's history, a page at a time: what moved on their accounts, in and out, and their tries that were declined. It is
 * merged from sequences, each in an order of its own that never changes: an account's transfers by version, the tries by
 * time. What comes next is what was settled next in time; within an account the ledger's order is kept, whatever clocks did, and so
 * each balance follows from the one below it.
 *
 * A page is read on from a cut (cut.ts): walking in one direction it leaves nothing out and shows nothing twice, however much
 * arrives meanwhile. What a page reads is bounded, also where hardly anything fits the filters: then it says how far it looked.
 */

import type { Movement } from "../../lib/activity/movement.ts";
import type { Selection } from "../../lib/activity/selection.ts";
import type { AccountState } from "./account-states.ts";
import { AccountStream } from "./account-stream.ts";
import type { Cut } from "./cut.ts";
import { DeclineStream, LAST_PLACE } from "./decline-stream.ts";
import { placeBefore } from "./place-in-time.ts";
import type { Heading, Stream } from "./stream.ts";

export type HistoryPage = {
  /** Newest first. */
  movements: Movement[];
  /** Where to go on to what is older, or newer; undefined where there is nothing more. */
  older: Cut | undefined;
  newer: Cut | undefined;
  /** Set where the page was ended before it was full, although there is more to look through: how far it looked. */
  lookedTo: Date | undefined;
};

/** A statement reads its rows in tens of milliseconds. */
const PIECE_ROWS_MAX = 4_096;
/** What a page may look through where filters leave little: a second's work, about. */
export const LOOKED_AT_MAX = 20_000;

type Streams = {
  accounts: Map<string, AccountStream>;
  declines: DeclineStream | undefined;
  all: Stream[];
};

/**
 * The accounts among `accounts` that `selection` speaks of.
 */
function selectedOf(accounts: readonly AccountState[], { currency }: Selection): AccountState[] {
  return accounts.filter((account) => currency === undefined || account.currency === currency);
}

/** The cut above everything that `accounts` say is there. */
async function newestCut(accounts: readonly AccountState[], { before }: Selection): Promise<Cut> {
  const versions = await Promise.all(
    accounts.map(async ({ id, version }) => {
      const isCut = before !== undefined && version > 0n;
      return [id, isCut ? await placeBefore(id, version, before) : version + 1n] as const;
    }),
  );
  return { versions: new Map(versions), declined: LAST_PLACE };
}

function streamsFrom(
  userId: string,
  accounts: readonly AccountState[],
  selection: Selection,
  { cut, heading }: { cut: Cut; heading: Heading },
): Streams {
  const { status } = selection;
  const moves = status === undefined || status === "succeeded";
  const byAccount = new Map(
    (moves ? accounts : []).map(({ id, version }) => {
      // Where a cut does not know the account, it was opened since: all that it has is newer.
      const place = cut.versions.get(id) ?? 1n;
      return [id, new AccountStream(id, { selection, heading, place, version })];
    }),
  );
  const accountIds = accounts.map(({ id }) => id);
  const declines =
    status === undefined || status === "declined"
      ? new DeclineStream(userId, accountIds, { selection, heading, place: cut.declined })
      : undefined;
  return { accounts: byAccount, declines, all: [...byAccount.values(), ...(declines ? [declines] : [])] };
}

/** Whether `one` comes before `other` on the way. */
function isNearer(one: Date, other: Date, heading: Heading): boolean {
  return heading === "older" ? one > other : one < other;
}

/** The stream whose nearest is next on the way. Of one instant, the first stream's is the newest, whichever way one walks. */
function nearestOf(streams: readonly Stream[], heading: Heading): Stream | undefined {
  let nearest: Stream | undefined;
  for (const stream of heading === "older" ? streams : [...streams].reverse()) {
    const [at, best] = [stream.found[0]?.at, nearest?.found[0]?.at];
    if (at !== undefined && (best === undefined || isNearer(at, best, heading))) nearest = stream;
  }
  return nearest;
}

/** Takes `limit` movements on the way, or fewer where there are no more or `LOOKED_AT_MAX` rows were looked at. */
async function walk(streams: readonly Stream[], heading: Heading, limit: number, isFiltered: boolean) {
  const taken: Movement[] = [];
  let lookedAt = 0;
  // Without filters everything fits; with them, more is looked through each time.
  let pieceRows = limit + 1;
  for (;;) {
    const nearest = nearestOf(streams, heading);
    const nearestAt = nearest?.found[0]?.at;
    // What is next in these is not known yet, and may come before the nearest that is.
    const unread = streams.filter(
      ({ found, isDone, frontier }) =>
        found.length === 0 &&
        !isDone &&
        (nearestAt === undefined || frontier === undefined || !isNearer(nearestAt, frontier, heading)),
    );
    if (unread.length > 0) {
      if (lookedAt >= LOOKED_AT_MAX) return { taken, isMore: true, isEndedEarly: true };
      const looked = await Promise.all(unread.map((stream) => stream.scan(pieceRows)));
      lookedAt += looked.reduce((sum, rows) => sum + rows, 0);
      if (isFiltered) pieceRows = Math.min(pieceRows * 4, PIECE_ROWS_MAX);
      continue;
    }
    if (nearest === undefined) return { taken, isMore: false, isEndedEarly: false };
    if (taken.length === limit) return { taken, isMore: true, isEndedEarly: false };
    taken.push(nearest.take());
  }
}

/** The cut where a walk has come to. */
function cutOf({ accounts, declines }: Streams, start: Cut): Cut {
  const versions = new Map(start.versions);
  for (const [id, stream] of accounts) versions.set(id, stream.place);
  return { versions, declined: declines?.place ?? start.declined };
}

function isFilter({ kind, direction, from, before, text }: Selection): boolean {
  return [kind, direction, from, before, text].some((filter) => filter !== undefined);
}

/**
 * A page of `limit` entries of the history of `userId`, whose accounts were read as `accounts`: it ends where their balances
 * do, so that the newest entry of each account holds exactly what the account does. `place`: the page older, or newer, than a
 * cut; absent, the newest. Where nothing would be left beyond a newer page, the newest page is read instead.
 */
export async function readHistory(
  userId: string,
  accounts: readonly AccountState[],
  selection: Selection,
  { limit, place }: { limit: number; place?: { cut: Cut; heading: Heading } | undefined },
): Promise<HistoryPage> {
  const selected = selectedOf(accounts, selection);
  const { cut, heading } = place ?? { cut: await newestCut(selected, selection), heading: "older" };
  const streams = streamsFrom(userId, selected, selection, { cut, heading });
  const { taken, isMore, isEndedEarly } = await walk(streams.all, heading, limit, isFilter(selection));
  const end = cutOf(streams, cut);
  if (heading === "newer") {
    const page = {
      movements: taken.reverse(),
      older: cut,
      newer: isMore ? end : undefined,
      lookedTo: undefined,
    };
    if (isMore) return page;
    // The newest page, which is full; but where a clock was set back it may end elsewhere, and nothing may be left out.
    const newest = await readHistory(userId, accounts, selection, { limit });
    const ids = new Set(newest.movements.map(({ id }) => id));
    return taken.every(({ id }) => ids.has(id)) ? newest : page;
  }
  const frontiers = streams.all.flatMap(({ isDone, frontier }) => (isDone || !frontier ? [] : [frontier]));
  return {
    movements: taken,
    older: isMore ? end : undefined,
    newer: place === undefined ? undefined : cut,
    lookedTo: isEndedEarly ? frontiers.reduce((a, b) => (a > b ? a : b)) : undefined,
  };
}

/**
 * The whole of what `selection` selects of the history of `userId`, as it is when the first page is read, page by page: what
 * arrives later is not in it. Nothing is held between pages: no connection, no snapshot, no row.
 */
export async function* readWholeHistory(
  userId: string,
  accounts: readonly AccountState[],
  selection: Selection,
  limit: number,
): AsyncGenerator<Movement[], void, undefined> {
  let place: { cut: Cut; heading: "older" } | undefined;
  do {
    const page = await readHistory(userId, accounts, selection, { limit, place });
    yield page.movements;
    place = page.older && { cut: page.older, heading: "older" };
  } while (place);
}
