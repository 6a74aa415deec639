/**
 * When a key was last used, best effort: noted in memory, written about a second later, and at most once a minute per key,
 * however many servers there are. No request waits for it. Only requests that may write are noted
 * (server/http/route.ts): reading leaves no trace in a table.
 */
import { and, inArray, isNull, lt, or, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { errorCode } from "../execution/error-code.ts";
import { apiKeys } from "../schema/auth.ts";

/** The page shows days, not seconds; so a busy key is one update a minute. */
const PAUSE_PER_KEY_MS = 60_000;
/** Long enough that many keys share a statement, short enough to be seen after trying a new key. */
const FLUSH_AFTER_MS = 1_000;

type Uses = {
  /** Keys used since the last flush. */
  noted: Set<string>;
  /** When each key was last noted, on this process's monotonic clock. */
  notedAtMs: Map<string, number>;
  timer: NodeJS.Timeout | undefined;
  /** Ends with the flush in flight, if there is one. Never rejects. */
  flushing: Promise<void>;
};

// On globalThis, because development reloads modules, and routes may be bundled apart; there is one list.
const slot = globalThis as typeof globalThis & { onceKeyUses?: Uses };

function uses(): Uses {
  slot.onceKeyUses ??= {
    noted: new Set(),
    notedAtMs: new Map(),
    timer: undefined,
    flushing: Promise.resolve(),
  };
  return slot.onceKeyUses;
}

/** Notes that the key with this id was used at `nowMs` of the monotonic clock. Returns at once and never throws. */
export function noteUse(apiKeyId: string, nowMs: number = performance.now()): void {
  const all = uses();
  const notedAtMs = all.notedAtMs.get(apiKeyId);
  if (notedAtMs !== undefined && nowMs - notedAtMs < PAUSE_PER_KEY_MS) return;
  all.noted.add(apiKeyId);
  all.notedAtMs.set(apiKeyId, nowMs);
  // Unref'd, so that it does not keep the process alive.
  all.timer ??= setTimeout(flushUses, FLUSH_AFTER_MS).unref();
}

/** Writes what is noted, as far as that succeeds, and resolves when it is done. Never rejects. */
export function flushUses(): Promise<void> {
  const all = uses();
  all.flushing = all.flushing.then(() => flush(all));
  return all.flushing;
}

async function flush(all: Uses): Promise<void> {
  clearTimeout(all.timer);
  all.timer = undefined;
  const ids = [...all.noted];
  all.noted.clear();
  const nowMs = performance.now();
  for (const [id, notedAtMs] of all.notedAtMs) {
    if (nowMs - notedAtMs >= PAUSE_PER_KEY_MS) all.notedAtMs.delete(id);
  }
  if (ids.length === 0) return;
  try {
    await write(ids);
  } catch (error) {
    // The code alone: what Drizzle says holds the statement's parameters.
    console.warn(`Writing when ${ids.length} API keys were used failed (${errorCode(error) ?? "no code"}).`);
  }
}

async function write(ids: readonly string[]): Promise<void> {
  const pause = sql`make_interval(secs => ${PAUSE_PER_KEY_MS / 1000})`;
  await database()
    .reading.update(apiKeys)
    .set({ lastRequest: sql`now()` })
    .where(
      and(
        inArray(apiKeys.id, [...ids]),
        // Another server may have been first.
        or(isNull(apiKeys.lastRequest), lt(apiKeys.lastRequest, sql`now() - ${pause}`)),
      ),
    );
}
