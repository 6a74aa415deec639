/** Deletes old arrivals of keys that never became a payment; those of a payment are evidence, and stay. */
import { database } from "../connection/client.ts";

/** The last arrival that was looked at; its time as Postgres writes it, which loses nothing. */
export type PruneCursor = { arrivedAt: string; id: string };

/** Small enough that a statement stays far below its timeout and holds few locks. */
const ROWS_PER_STATEMENT = 500;

type Step = { seen: number; pruned: number; lastArrival: string | null; lastId: string | null };

/**
 * Goes on from `after` (absent: from the oldest arrival) until none is left that is old enough. Returns how many went,
 * and the cursor for the next call, so that this process reads no row twice. Safe on several servers at once.
 */
export async function pruneAttempts(after?: PruneCursor): Promise<{ pruned: number; cursor?: PruneCursor }> {
  let cursor = after;
  let total = 0;
  for (;;) {
    const [step] = await database().readingSql<Step[]>`
      select seen, pruned, last_arrival::text, last_id
        from prune_attempts_v1(
          ${cursor?.arrivedAt ?? null}::text::timestamptz, ${cursor?.id ?? null}, ${ROWS_PER_STATEMENT})`;
    if (!step) throw new Error("Bug: prune_attempts_v1 answered nothing.");
    total += step.pruned;
    if (step.lastArrival && step.lastId) cursor = { arrivedAt: step.lastArrival, id: step.lastId };
    if (step.seen < ROWS_PER_STATEMENT) return { pruned: total, ...(cursor && { cursor }) };
  }
}
