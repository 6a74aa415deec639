/** Rows held locked while something runs into them: races made certain, without a sleep. */
import type { Sql } from "../client.ts";

/** A statement gives up a lock after two seconds: who does not wait by now has failed, or was never going to wait. */
const WAITERS_LIMIT_MS = 10_000;

type Held = {
  /** Comes back when `count` sessions of this database wait for a lock; throws where they never do. */
  waiting(count: number): Promise<void>;
};

/**
 * Locks the rows that `query` selects (it ends in FOR UPDATE) on a connection of its own, runs `work`, and lets go of
 * them when `work` is through, or has failed.
 */
export async function holding<T>(owner: Sql, query: string, work: (held: Held) => Promise<T>): Promise<T> {
  const holder = await owner.reserve();
  try {
    // A test's lock on rows, without any write.
    await holder`begin`;
    await holder.unsafe(query);
    return await work({
      async waiting(count) {
        const limit = Date.now() + WAITERS_LIMIT_MS;
        while (Date.now() < limit) {
          const [row] = await owner<{ waiting: number }[]>`
            select count(*)::integer as waiting from pg_stat_activity
             where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
          if (row && row.waiting >= count) return;
        }
        throw new Error(`Nobody waits for a lock, where ${count} should.`);
      },
    });
  } finally {
    await holder`commit`;
    holder.release();
  }
}
