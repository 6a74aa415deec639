/** Deletes security events that are old enough (events.sql says when). The audit log stays. */
import { database } from "../connection/client.ts";

/** Small enough that a statement stays far below its timeout and holds few locks. */
const ROWS_PER_STATEMENT = 500;

/** Deletes until none is left that is old enough. Returns how many went. Safe on several servers at once. */
export async function pruneSecurityEvents(): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await database().readingSql<{ pruned: number }[]>`
      select prune_security_events_v1(${ROWS_PER_STATEMENT}) as pruned`;
    if (!row) throw new Error("Bug: prune_security_events_v1 answered nothing.");
    total += row.pruned;
    if (row.pruned < ROWS_PER_STATEMENT) return total;
  }
}
