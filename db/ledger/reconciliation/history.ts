/** Reads runs of reconciliation and what their checks said. */

import type { CheckResult, RunOutcome, RunSummary } from "../../../lib/ops/health.ts";
import { database } from "../../connection/client.ts";

/** Times as Postgres writes them: Drizzle takes the pool's own parser away. */
type RunRow = {
  id: string;
  kind: RunSummary["kind"];
  askedByName: string | null;
  askedAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  outcome: RunOutcome | null;
  isGone: boolean;
  takeovers: number;
  checkNow: string | null;
  sliceNow: number;
  fromPosition: bigint | null;
  toPosition: bigint | null;
};

type ResultRow = Omit<CheckResult, "finishedAt" | "failure"> & { failure: string | null; finishedAt: string };

const RUN_COLUMNS = `
  r.id, r.kind, u.name as asked_by_name, r.asked_at::text, r.started_at::text, r.finished_at::text, r.outcome,
  coalesce(r.alive_until < clock_timestamp(), false) as is_gone, r.takeovers, r.check_now, r.slice_now,
  r.from_position, r.to_position`;

const RESULT_COLUMNS = `
  s.run_id, s.kind, s.check_name as check, s.outcome, s.slices, s.total_ms, s.longest_ms, s.found, s.rows, s.failure,
  s.finished_at::text`;

/** The latest full runs, and the latest incremental ones that found something or could not be made; newest first. */
export async function listRuns(limit: number): Promise<RunSummary[]> {
  const rows = await database().readingSql.unsafe<RunRow[]>(
    `select ${RUN_COLUMNS}
       from ((select * from reconcile_runs where kind = 'full' order by asked_at desc, id desc limit $1)
             union all
             (select * from reconcile_runs where kind = 'incremental' and outcome = 'wrong' order by asked_at desc limit $1)
             union all
             (select * from reconcile_runs where kind = 'incremental' and outcome = 'failed' order by asked_at desc limit $1)) r
       left join users u on u.id = r.asked_by
      order by r.asked_at desc, r.id desc limit $1`,
    [limit],
  );
  return rows.map(runOf);
}

/** One run with what its checks said, in the order in which they were made; undefined where there is none of that id. */
export async function findRun(id: string): Promise<{ run: RunSummary; results: CheckResult[] } | undefined> {
  const [[run], results] = await Promise.all([
    database().readingSql.unsafe<RunRow[]>(
      `select ${RUN_COLUMNS} from reconcile_runs r left join users u on u.id = r.asked_by where r.id = $1`,
      [id],
    ),
    database().readingSql.unsafe<ResultRow[]>(
      `select ${RESULT_COLUMNS} from reconcile_results s where s.run_id = $1 order by s.finished_at, s.check_name`,
      [id],
    ),
  ]);
  return run && { run: runOf(run), results: results.map(resultOf) };
}

/**
 * The last words of each of `checks`, newest first: of the full runs `perCheck` at most, and the last of an incremental one. An
 * incremental run comes every minute, and would hide the others.
 */
export async function latestResults(
  checks: readonly string[],
  perCheck: number,
): Promise<Map<string, CheckResult[]>> {
  const rows = await database().readingSql.unsafe<ResultRow[]>(
    `select ${RESULT_COLUMNS}
       from jsonb_array_elements_text($1::text::jsonb) name
      cross join lateral (
        (select * from reconcile_results where check_name = name.value and kind = 'full' order by finished_at desc limit $2)
        union all
        (select * from reconcile_results where check_name = name.value and kind = 'incremental'
          order by finished_at desc limit 1)) s
      order by s.finished_at desc`,
    [JSON.stringify(checks), perCheck],
  );
  const byCheck = new Map<string, CheckResult[]>(checks.map((name) => [name, []]));
  for (const row of rows) byCheck.get(row.check)?.push(resultOf(row));
  return byCheck;
}

function runOf(row: RunRow): RunSummary {
  return {
    id: row.id,
    kind: row.kind,
    ...(row.askedByName !== null && { askedBy: row.askedByName }),
    askedAt: new Date(row.askedAt),
    ...(row.startedAt !== null && { startedAt: new Date(row.startedAt) }),
    ...(row.finishedAt !== null && { finishedAt: new Date(row.finishedAt) }),
    state: stateOf(row),
    takeovers: row.takeovers,
    ...(row.checkNow !== null && { checkNow: row.checkNow }),
    sliceNow: row.sliceNow,
    ...(row.fromPosition !== null && { fromPosition: row.fromPosition.toString() }),
    ...(row.toPosition !== null && { toPosition: row.toPosition.toString() }),
  };
}

function stateOf({ outcome, startedAt, isGone }: RunRow): RunSummary["state"] {
  if (outcome !== null) return outcome;
  if (startedAt === null) return "asked";
  return isGone ? "interrupted" : "running";
}

function resultOf({ failure, finishedAt, ...row }: ResultRow): CheckResult {
  return { ...row, finishedAt: new Date(finishedAt), ...(failure !== null && { failure }) };
}
