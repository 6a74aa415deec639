/** What is known of the books by the runs over them: whether they are right, and since when that is known. Reads only. */
import type { FinishedRun, LastReconciliation, OpenRun, RunOutcome } from "../../../lib/ops/health.ts";
import { database } from "../../connection/client.ts";

/** Times as Postgres writes them: Drizzle takes the pool's own parser away. */
type Row = {
  role: "full" | "incremental" | "open" | "wrong";
  id: string;
  askedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  outcome: RunOutcome | null;
  isGone: boolean;
  checkNow: string | null;
  sliceNow: number;
};

/** What the runs say together. Four rows by indexes. What a clock that was ahead has dated in the future says nothing. */
export async function lastReconciliation(): Promise<LastReconciliation> {
  const rows = await database().readingSql<Row[]>`
    with last_full as (
      select * from reconcile_runs where kind = 'full' and finished_at is not null and asked_at <= clock_timestamp()
       order by asked_at desc, id desc limit 1),
    last_incremental as (
      select * from reconcile_runs where kind = 'incremental' and finished_at is not null and asked_at <= clock_timestamp()
       order by asked_at desc, id desc limit 1),
    open as (select * from reconcile_runs where kind = 'full' and finished_at is null limit 1),
    wrong as (
      select * from reconcile_runs
       where kind = 'incremental' and outcome = 'wrong'
         and asked_at >= coalesce((select started_at from last_full), '-infinity')
       order by asked_at desc limit 1)
    select role, id, asked_at, started_at, finished_at, outcome, check_now, slice_now,
           coalesce(alive_until < clock_timestamp(), false) as is_gone
      from (select 'full' as role, * from last_full union all select 'incremental', * from last_incremental
            union all select 'open', * from open union all select 'wrong', * from wrong) runs`;
  const of = (role: Row["role"]) => rows.find((row) => row.role === role);
  const [lastFull, lastIncremental, open] = [
    finished(of("full")),
    finished(of("incremental")),
    stillOpen(of("open")),
  ];
  const wrongRunId = of("wrong")?.id ?? (lastFull?.outcome === "wrong" ? lastFull.id : undefined);
  return {
    books: booksOf(lastFull, wrongRunId),
    ...(lastFull && { lastFull }),
    ...(lastIncremental && { lastIncremental }),
    ...(open && { open }),
    ...(wrongRunId !== undefined && { wrongRunId }),
  };
}

function booksOf(lastFull: FinishedRun | undefined, wrongRunId: string | undefined) {
  if (wrongRunId !== undefined) return "wrong";
  if (!lastFull) return "unchecked";
  return lastFull.outcome === "failed" ? "unsure" : "right";
}

function finished(row: Row | undefined): FinishedRun | undefined {
  if (!row?.finishedAt || !row.startedAt || !row.outcome) return undefined;
  const { id, startedAt, finishedAt, outcome } = row;
  return { id, startedAt: new Date(startedAt), finishedAt: new Date(finishedAt), outcome };
}

function stillOpen(row: Row | undefined): OpenRun | undefined {
  if (!row) return undefined;
  const { id, askedAt, checkNow, sliceNow } = row;
  const state = row.startedAt === null ? "asked" : row.isGone ? "interrupted" : "running";
  return { id, askedAt: new Date(askedAt), state, sliceNow, ...(checkNow !== null && { checkNow }) };
}
