/** The one write path for money: every payment goes through `settle`. */
import { setTimeout as sleep } from "node:timers/promises";
import { isDefinitive } from "./failures.ts";
import { type Settlement, type SettlementEntry, sendBatch } from "./statement.ts";

/** The outcome could not be learnt before the deadline. The payment may have been made, or may still be. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** How long a caller waits for an outcome, all attempts together; below what browsers and proxies wait for an answer. */
const DEADLINE_MS = 15_000;
/** One attempt gives up a little after the server's own statement_timeout must have ended the statement. */
const ATTEMPT_DEADLINE_MS = 6_000;
/** Enough to get over a restart or a cut connection; a longer outage is the client's to wait out. */
const ATTEMPTS_MAX = 3;
/** The first pause, doubled each time, of which a random part is taken (full jitter). */
const BACKOFF_MS = 100;

/**
 * Settles one entry. Executes it, or finds what became of its key; sent again after any failure that leaves the
 * outcome unknown, with the same key, so it executes at most once.
 *
 * Throws OutcomeUnknown past the deadline, and whatever Postgres said where that is definitive (a bug of ours).
 */
export async function settle(entry: SettlementEntry): Promise<Settlement> {
  const deadline = Date.now() + DEADLINE_MS;
  let cause: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const remaining = deadline - Date.now();
    if (remaining <= 0) break;
    try {
      const [settlement] = await sendBatch([entry], Math.min(remaining, ATTEMPT_DEADLINE_MS));
      if (!settlement) throw new Error("Bug: settle_payments_v1 answered no entry.");
      return settlement;
    } catch (error) {
      if (isDefinitive(error)) throw error;
      cause = error;
      await sleep(Math.min(Math.random() * BACKOFF_MS * 2 ** attempt, Math.max(0, deadline - Date.now())));
    }
  }
  throw new OutcomeUnknown("The outcome is not known yet.", { cause });
}
