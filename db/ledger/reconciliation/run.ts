/**
 * Runs over the books while payments go on: all of them once a day and when an operator asks, and what was sealed since the last
 * run once a minute. A run is claimed in the database, so that one server works on it, and another goes on where that one is
 * gone; each check's word is stored as it falls.
 */
import { randomUUID } from "node:crypto";
import { database } from "../../connection/client.ts";
import { errorCode } from "../../execution/error-code.ts";
import { CHECKS, type Check } from "../reconcile.ts";
import { type Inspection, inspect, type Send, SMALLEST_FIRST } from "./inspection.ts";
import { type Range, slicedCheck } from "./slices.ts";
import { JOURNAL_START, type Seal } from "./walks.ts";

export type RunKind = "full" | "incremental";

/** How often a run is due, by the database's clock. */
const DUE_EVERY: Record<RunKind, string> = { full: "24 hours", incremental: "1 minute" };
/** Whoever works on a run says so at least this often … */
const SAY_ALIVE_EVERY_MS = 2_000;
/** … and counts as gone after this. Longer than any statement may take, and than a failover mostly does. */
const GONE_AFTER = "30 seconds";
/** A check that fails is tried once more, in smaller slices, before it counts as one that could not be made. */
const TRIES_MAX = 2;

type Claim = {
  runId: string;
  wasBegun: boolean;
  fromPosition: bigint | null;
  fromHash: string | null;
  toPosition: bigint | null;
  toHash: string | null;
};

/** Another process has the run now. Known by its name: classes have copies. */
const RUN_LOST = "RunLost";

function runLost(): Error {
  return Object.assign(new Error("Another process has taken the run over."), { name: RUN_LOST });
}

function isRunLost(error: unknown): boolean {
  return error instanceof Error && error.name === RUN_LOST;
}

/**
 * Does a run of `kind` where one was asked for, was left by a server that is gone, or is due; returns its id, or undefined where
 * there was none to do. Safe on any number of servers at once. Uses one connection of the reading pool at a time. Throws
 * where the database does not answer: the run is then gone on with later, here or elsewhere.
 */
export async function runReconciliation(kind: RunKind): Promise<string | undefined> {
  const holder = randomUUID();
  const [claim] = await database().readingSql<Claim[]>`
    select run_id, was_begun, from_position, encode(from_hash, 'hex') as from_hash,
           to_position, encode(to_hash, 'hex') as to_hash
      from claim_reconcile_v1(${holder}, ${kind}, ${DUE_EVERY[kind]}::interval, ${GONE_AFTER}::interval)`;
  if (!claim) return undefined;
  try {
    await makeChecks(kind, claim, holder);
    await database().readingSql`select finish_reconcile_v1(${claim.runId}, ${holder})`;
    await database().readingSql`select prune_reconcile_v1(100)`;
  } catch (error) {
    if (!isRunLost(error)) throw error;
  }
  return claim.runId;
}

async function makeChecks(kind: RunKind, claim: Claim, holder: string): Promise<void> {
  const done = claim.wasBegun ? await checksDone(claim.runId) : new Set<string>();
  const range: Range = {
    from: sealOf(claim.fromPosition, claim.fromHash),
    to: sealOf(claim.toPosition, claim.toHash),
  };
  for (const check of CHECKS.filter(({ name }) => !done.has(name))) {
    const { inspection, failure } = await makeCheck(
      kind,
      check,
      range,
      sayingAlive(claim.runId, holder, check),
    );
    await keepResult(claim.runId, holder, check, inspection, failure);
    if (inspection.wrong.length > 0)
      console.error(
        `The books are wrong: ${check.name} found ${inspection.wrong.length} rows or more. /ops/reconcile shows them.`,
      );
  }
}

async function makeCheck(
  kind: RunKind,
  check: Check,
  range: Range,
  onSlice: (slice: number) => Promise<void>,
): Promise<{ inspection: Inspection; failure: string | null }> {
  const send: Send = (text, parameters) => database().readingSql.unsafe(text, [...parameters]);
  const sliced = slicedCheck(check);
  for (let tries = 1; ; tries += 1) {
    const inspection = inspect(send, onSlice, ...(tries > 1 ? [SMALLEST_FIRST] : []));
    try {
      await (kind === "full" ? sliced.full(inspection) : sliced.incremental(inspection, range));
      return { inspection, failure: null };
    } catch (error) {
      if (isRunLost(error)) throw error;
      const failure = errorCode(error) ?? (error instanceof Error ? error.name : typeof error);
      if (tries === TRIES_MAX) return { inspection, failure };
    }
  }
}

/** Says now and then that this process is alive, and how far it is. Throws RunLost where another has taken the run over. */
function sayingAlive(runId: string, holder: string, check: Check): (slice: number) => Promise<void> {
  let saidMs = Number.NEGATIVE_INFINITY;
  return async (slice) => {
    if (performance.now() - saidMs < SAY_ALIVE_EVERY_MS) return;
    saidMs = performance.now();
    const [noted] = await database().readingSql<{ isOurs: boolean }[]>`
      select note_reconcile_v1(${runId}, ${holder}, ${check.name}, ${slice}, ${GONE_AFTER}::interval) as is_ours`;
    if (!noted?.isOurs) throw runLost();
  };
}

async function checksDone(runId: string): Promise<Set<string>> {
  const rows = await database().readingSql<{ checkName: string }[]>`
    select check_name from reconcile_results where run_id = ${runId}`;
  return new Set(rows.map(({ checkName }) => checkName));
}

async function keepResult(
  runId: string,
  holder: string,
  check: Check,
  inspection: Inspection,
  failure: string | null,
): Promise<void> {
  const found = inspection.wrong.length;
  // What was found stands, also where the check could not be ended.
  const outcome = found > 0 ? "wrong" : failure === null ? "right" : "failed";
  const [kept] = await database().readingSql<{ isOurs: boolean }[]>`
    select add_reconcile_result_v1(
      ${runId}, ${holder}, ${check.name}, ${outcome}, ${inspection.slices}, ${Math.round(inspection.totalMs)},
      ${Math.round(inspection.longestMs)}, ${found}, ${JSON.stringify(inspection.wrong)}::text::jsonb, ${failure}) as is_ours`;
  if (!kept?.isOurs) throw runLost();
}

function sealOf(position: bigint | null, hash: string | null): Seal {
  return position === null || hash === null ? JOURNAL_START : { position: position.toString(), hash };
}
