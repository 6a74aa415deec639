/** What the database says about the service, for metrics: how many keys are open, what mail waits, how far the schema is. Reads only. */
import { database } from "../connection/client.ts";
import { knownMigrations } from "../setup/migrate.ts";

/** Enough to say that it is much; what is counted further is a table that somebody floods. */
const COUNTED_MAX = 100_000;

export type ServiceReadings = {
  /** Open idempotency keys, counted to 100,000 and no further. */
  openKeys: number;
  /** Mails that are to be sent, counted as far, and how long the oldest of them has waited, in seconds; 0 where none waits. */
  mails: { waiting: number; oldestSeconds: number };
  /** How many migrations the database has, and how many this build knows. */
  migrations: { applied: number; known: number };
};

/** Asks on connections of its own, so that it neither waits for payments nor keeps any waiting. Throws what the database does. */
export async function readService(): Promise<ServiceReadings> {
  const [row] = await database().watching<
    { openKeys: number; mailsWaiting: number; mailSeconds: number | null; applied: number }[]
  >`
    with waiting as (
      select enqueued_at from mail_outbox where due_at is not null order by due_at limit ${COUNTED_MAX})
    select (select count(*)::int from (select from idempotency_keys limit ${COUNTED_MAX}) open) as open_keys,
           (select count(*)::int from waiting) as mails_waiting,
           (select extract(epoch from clock_timestamp() - min(enqueued_at))::float8 from waiting) as mail_seconds,
           (select count(*)::int from drizzle.__drizzle_migrations) as applied`;
  return {
    openKeys: row?.openKeys ?? 0,
    // A mail may be stamped a moment ahead of a clock that is read later on another processor.
    mails: { waiting: row?.mailsWaiting ?? 0, oldestSeconds: Math.max(0, row?.mailSeconds ?? 0) },
    migrations: { applied: row?.applied ?? 0, known: knownMigrations().length },
  };
}

/** How many checks of a run of reconciliation found something wrong (`wrong`) or could not be made (`failed`). */
export async function countChecks(runId: string): Promise<{ wrong: number; failed: number }> {
  const [row] = await database().watching<{ wrong: number; failed: number }[]>`
    select count(*) filter (where outcome = 'wrong')::int as wrong,
           count(*) filter (where outcome = 'failed')::int as failed
      from reconcile_results where run_id = ${runId}`;
  return { wrong: row?.wrong ?? 0, failed: row?.failed ?? 0 };
}
