/**
 * Counts refusals: failed sign-ins, requests of other sites, roles that are not enough. Best effort, and no request waits for
 * it: they are gathered in memory, by kind, address, user and minute, and written every second or so by a commit that waits for
 * no disk. However many come, a minute has few rows of one process: ROWS_PER_MINUTE that say who was refused, as many that say
 * whose account was tried from where, as many that say from where alone, and one of each kind, in which the rest is counted. Who
 * is signed in has room of their own: nobody who is not can fill it, to hide them.
 */
import { uuidv7 } from "uuidv7";
import { database } from "../connection/client.ts";
import { errorCode } from "../execution/error-code.ts";
import type { SecurityRefusal } from "./kinds.ts";

export type Refusal = {
  kind: SecurityRefusal;
  userId?: string | undefined;
  /** Instead of `userId`: whoever has this address, if anybody. Looked up while it is written; not kept. */
  email?: string | undefined;
  address?: string | undefined;
  userAgent?: string | undefined;
  /** A word about it, such as the route. Of several in a minute that of the first is kept. */
  detail?: string | undefined;
};

/** Long enough that a flood shares a statement, short enough that an operator sees what has just happened. */
const FLUSH_AFTER_MS = 1_000;
/** A restart or a failover is over by then, mostly. */
const RETRY_AFTER_MS = 10_000;
const MINUTE_MS = 60_000;
/** So that ninety days of a flood from addresses without number are some millions of small rows at worst. */
export const ROWS_PER_MINUTE = 30;
/** What is kept for another try while the database is away; what comes beyond is counted by kind alone. */
const GATHERED_MAX = 2_000;

/** The longest address of a mailbox; a row holds less of the other texts. */
const TEXT_MAX_LENGTH = 254;

type Tally = Refusal & { id: string; at: number; lastAt: number; minute: number; count: number };

type Recorder = {
  /** By what they are counted by. */
  gathered: Map<string, Tally>;
  /** What has a row of its own in this minute, so that it is no new one: by all that is known of it, and by where it is from. */
  minute: number;
  byUser: Set<string>;
  whole: Set<string>;
  byAddress: Set<string>;
  timer: NodeJS.Timeout | undefined;
  /** The flush in flight. There is one at a time; it never rejects. */
  flushing: Promise<void> | undefined;
};

// On globalThis, because development reloads modules, and routes may be bundled apart; what is gathered is one.
const slot = globalThis as typeof globalThis & { onceRefusals?: Recorder };

function recorder(): Recorder {
  slot.onceRefusals ??= {
    gathered: new Map(),
    minute: 0,
    byUser: new Set(),
    whole: new Set(),
    byAddress: new Set(),
    timer: undefined,
    flushing: undefined,
  };
  return slot.onceRefusals;
}

/** Counts a refusal, to be written soon. Returns at once and never throws. */
export function recordRefusal(refusal: Refusal, nowMs: number = Date.now()): void {
  const one = recorder();
  const minute = Math.floor(nowMs / MINUTE_MS);
  if (minute !== one.minute) {
    one.minute = minute;
    one.byUser.clear();
    one.whole.clear();
    one.byAddress.clear();
  }
  const counted = countedAs(one, refusal);
  const key = [nameOf(counted), minute].join(" ");
  const tally = one.gathered.get(key);
  if (tally) {
    tally.count += 1;
    tally.lastAt = nowMs;
  } else one.gathered.set(key, { ...counted, id: uuidv7(), at: nowMs, lastAt: nowMs, minute, count: 1 });
  one.timer ??= setTimeout(() => void flushRefusals(), FLUSH_AFTER_MS).unref();
}

const nameOf = ({ kind, address, userId, email }: Refusal) => [kind, address, userId, email].join(" ");

/** As much of a refusal as there is room for in this minute. */
function countedAs(one: Recorder, refusal: Refusal): Refusal {
  const { kind, userId, address, detail } = refusal;
  const hasRoom = one.gathered.size < GATHERED_MAX;
  for (const [known, counted] of [
    [userId === undefined ? one.whole : one.byUser, refusal],
    [one.byAddress, { kind, address, detail }],
  ] as const) {
    const name = nameOf(counted);
    if (known.has(name) || (hasRoom && known.size < ROWS_PER_MINUTE)) {
      known.add(name);
      return counted;
    }
  }
  return { kind };
}

/** Writes what is gathered now, as far as that succeeds, and resolves when it is done. Never rejects. */
export async function flushRefusals(): Promise<void> {
  const one = recorder();
  await one.flushing;
  one.flushing ??= flush(one).finally(() => {
    one.flushing = undefined;
  });
  await one.flushing;
}

async function flush(one: Recorder): Promise<void> {
  clearTimeout(one.timer);
  one.timer = undefined;
  if (one.gathered.size === 0) return;
  const batch = one.gathered;
  one.gathered = new Map();
  try {
    await write([...batch.values()]);
  } catch (error) {
    // The code alone: what Postgres says may quote the values.
    console.warn(`Counting ${batch.size} refusals failed (${errorCode(error) ?? "no code"}): tried again.`);
    for (const [key, tally] of one.gathered) {
      const earlier = batch.get(key);
      if (earlier) Object.assign(earlier, { count: earlier.count + tally.count, lastAt: tally.lastAt });
      else batch.set(key, tally);
    }
    one.gathered = batch;
    one.timer ??= setTimeout(() => void flushRefusals(), RETRY_AFTER_MS).unref();
  }
}

async function write(batch: readonly Tally[]): Promise<void> {
  const rows = batch.map((tally) => ({
    id: tally.id,
    at: new Date(tally.at).toISOString(),
    last_at: new Date(tally.lastAt).toISOString(),
    kind: tally.kind,
    user_id: tally.userId ?? null,
    email: plain(tally.email)?.toLowerCase() ?? null,
    address: tally.address ?? null,
    user_agent: plain(tally.userAgent),
    detail: plain(tally.detail),
    count: tally.count,
    minute: tally.minute,
  }));
  // As text, because Drizzle takes the pool's own serializer of JSON away.
  await database().readingSql`select record_security_events_v1(${JSON.stringify(rows)}::text::jsonb)`;
}

/** What a client has sent, without what Postgres cannot hold. */
function plain(text: string | undefined): string | null {
  return text?.replaceAll("\0", "").toWellFormed().slice(0, TEXT_MAX_LENGTH) || null;
}
