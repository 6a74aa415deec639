/** Deletes old arrivals of keys that never became a payment; what stands next to a payment is evidence, and stays. */
import { database } from "../connection/client.ts";

/** The last arrival that was looked at; its time as Postgres writes it, which loses nothing. */
export type Position = { arrivedAt: string; id: string };

/** Small enough that a step stays far below its timeout and holds few locks. */
const ROWS_PER_STEP = 500;

type Step = { seen: number; pruned: number; lastArrival: string | null; lastId: string | null };

/**
 * Goes on from `after` (absent: from the oldest arrival) until none is left that is old enough. Returns how many went,
 * and where to go on next time: what was looked at and stays is not looked at again by this process. Safe on several
 * servers at once.
 */
export async function pruneAttempts(after?: Position): Promise<{ pruned: number; position?: Position }> {
  let position = after;
  let total = 0;
  for (;;) {
    const [step] = await database().readingSql<Step[]>`
      select seen, pruned, last_arrival::text, last_id
        from prune_attempts_v1(
          ${position?.arrivedAt ?? null}::text::timestamptz, ${position?.id ?? null}, ${ROWS_PER_STEP})`;
    if (!step) throw new Error("Bug: prune_attempts_v1 answered nothing.");
    total += step.pruned;
    if (step.lastArrival && step.lastId) position = { arrivedAt: step.lastArrival, id: step.lastId };
    if (step.seen < ROWS_PER_STEP) return { pruned: total, ...(position && { position }) };
  }
}
