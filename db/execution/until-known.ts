/**
 * Retries until the outcome is known. A statement that decides something (settling, issuing, reading a state, revoking, cancelling) may fail in a way
 * that does not say whether it was executed: a lost connection, a timeout, a server that restarts. These statements are
 * idempotent by their key, so they are sent again.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type DecidingPool, database, type Sql } from "../connection/client.ts";
import { isDefinitive } from "../payments/failures.ts";
import { countdown, DEADLINE_MS, isDeadlineMissed, within } from "./deadline.ts";

/** The outcome was not known before the deadline. The statement may have been executed, or may still be. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
  /** Its own, because the code of its cause may be definitive of a single attempt. */
  readonly code = "OUTCOME_UNKNOWN";
}

/** One attempt, a little longer than the server's own statement_timeout. */
const ATTEMPT_DEADLINE_MS = 6_000;
/** Enough to get over a restart or a cut connection; a longer outage is the client's to wait out. */
const ATTEMPTS_MAX = 3;
/** The first pause, doubled each time, of which a random part is taken (full jitter). */
const BACKOFF_MS = 100;

/**
 * Sends a deciding statement until its outcome is known: at most 3 times, each on whatever connection the pool has by
 * then, inside one deadline. This is the only layer that retries. `failedBefore` is the error of a first attempt that was
 * made elsewhere; it counts.
 *
 * Throws OutcomeUnknown past the deadline, and whatever Postgres said where that is definitive (a bug of ours): unless an
 * earlier attempt is in doubt, which may have been executed.
 */
export async function untilKnown<T>(
  name: DecidingPool,
  send: (sql: Sql) => PromiseLike<T>,
  { deadlineMs = DEADLINE_MS, failedBefore }: { deadlineMs?: number; failedBefore?: unknown } = {},
): Promise<T> {
  const remaining = countdown(deadlineMs);
  let cause = failedBefore;
  for (let attempt = cause === undefined ? 1 : 2; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (remaining() === 0) break;
    try {
      return await attemptOnce(name, send, Math.min(remaining(), ATTEMPT_DEADLINE_MS));
    } catch (error) {
      const isInDoubt = cause !== undefined && !isDefinitive(cause);
      if (isDefinitive(error) && !isInDoubt) throw error;
      cause = error;
      if (isDefinitive(error)) break;
      const pause = Math.random() * BACKOFF_MS * 2 ** attempt;
      if (attempt < ATTEMPTS_MAX) await sleep(Math.min(pause, remaining()));
    }
  }
  throw new OutcomeUnknown("The outcome is not known yet.", { cause });
}

/**
 * Hardly a statement of ours takes this long while its server responds, though it may wait for several locks. A shorter
 * deadline that is missed says nothing about the pool.
 */
const HANGING_AFTER_MS = 3_000;

/** One attempt. A pool that did not respond in time is replaced, so that the next attempt does not wait behind this one. */
export async function attemptOnce<T>(
  name: DecidingPool,
  send: (sql: Sql) => PromiseLike<T>,
  deadlineMs: number = ATTEMPT_DEADLINE_MS,
): Promise<T> {
  const db = database();
  const sql = db[name];
  const cutBefore = db.standbyWaitsCut;
  try {
    const answer = await within(deadlineMs, send(sql));
    if (db.standbyWaitsCut !== cutBefore) throw new Error("A wait for a standby was cut short.");
    return answer;
  } catch (error) {
    if (isDeadlineMissed(error) && deadlineMs >= HANGING_AFTER_MS) db.replacePool(name, sql);
    throw error;
  }
}
