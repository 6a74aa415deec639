/** One round: the workload runs while faults are injected one after another; then everything is checked. */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { checkRound } from "./checkers/check-round.ts";
import { type FaultWindow, type Tally, tallyByFault } from "./checkers/fault-windows.ts";
import { type CheckName, type Violation, violation } from "./checkers/violation.ts";
import type { Fault } from "./injectors/fault.ts";
import { type Schedule, scheduleOf } from "./injectors/schedule.ts";
import type { TestBed } from "./test-bed.ts";
import { type History, isInDoubt } from "./workload/history.ts";
import { peopleOf } from "./workload/people.ts";
import { randomFrom } from "./workload/random.ts";
import { startShoppers } from "./workload/shoppers.ts";
import { failedSmokeTests } from "./workload/smoke-test.ts";
import { PROGRAMS, startWorkload, type Workload } from "./workload/workload.ts";

export type RoundResult = {
  payments: number;
  declines: number;
  exchanges: number;
  /** Requests without an answer, or with one that left the outcome open. */
  unknown: number;
  replays: number;
  /** Orders for which somebody pressed Pay in a browser. */
  checkouts: number;
  fired: ReadonlyMap<string, number>;
  /** By the fault's name. */
  tallies: ReadonlyMap<string, Tally>;
  violations: Violation[];
  history: History;
  seconds: number;
};

export type RoundOptions = {
  seed: number;
  durationMs: number;
  faults: readonly Fault[];
  /** How often each cheap fault is to fire, even past the duration; an expensive one once. None: 0. */
  minFirings: number;
  programs?: number;
  /** The longest pause between two orders of a browser user. Without it, there are no browsers. */
  browserPauseMs?: number;
  /** Ends the round as soon as a check that it accepts finds something. */
  stopOn?: (check: CheckName) => boolean;
  onProgress: (line: string) => void;
};

/** A fault that is still due past the duration is attempted this often for each time that it is to fire. */
const ATTEMPTS_PER_FIRING = 10;
/** Checking takes a moment, and so a small part of the time. */
const CHECK_EVERY_MS = 3_000;

/** Violations of the promise are returned, not thrown. */
export async function runRound(testBed: TestBed, options: RoundOptions): Promise<RoundResult> {
  const { seed, programs = PROGRAMS, browserPauseMs } = options;
  const earlier = await testBed.owner<{ id: string }[]>`select id from payments`;
  const history: History = { exchanges: [], shown: [], earlier: new Set(earlier.map(({ id }) => id)) };
  testBed.http.recordTo(history);
  const people = await peopleOf(testBed, history);
  const shoppers =
    browserPauseMs === undefined
      ? undefined
      : await startShoppers(testBed, people, history, randomFrom(seed + 2), browserPauseMs);
  const startedMs = performance.now();
  const workload = startWorkload(people, randomFrom(seed), programs);
  const { fired, faultWindows, violations } = await injectFaults(testBed, options, history, workload);

  for (const app of testBed.apps) await app.start();
  const [unresolved] = await Promise.all([workload.end(), shoppers?.end()]);
  for (const { port } of testBed.apps)
    for (const what of await failedSmokeTests(people, `http://127.0.0.1:${port}`))
      violations.push(violation("L1 live", "stuck", undefined, `the server at port ${port} did not ${what}`));
  // The proxy still records answers that no client waits for.
  await testBed.http.drained();
  const { facts, violations: last } = await checkRound(testBed, history, unresolved);
  violations.push(...last);
  const succeeded = facts.payments.filter((payment) => payment.status === "succeeded").length;
  return {
    payments: succeeded,
    declines: facts.payments.length - succeeded,
    exchanges: history.exchanges.length,
    unknown: history.exchanges.filter(isInDoubt).length,
    replays: history.exchanges.filter((exchange) => exchange.answer?.isReplay).length,
    checkouts: history.shown.length,
    fired,
    tallies: tallyByFault(faultWindows, history, facts, violations),
    violations,
    history,
    seconds: (performance.now() - startedMs) / 1_000,
  };
}

/** Injects one fault after another until the round is over. */
async function injectFaults(
  testBed: TestBed,
  { seed, durationMs, faults, minFirings, stopOn, onProgress }: RoundOptions,
  history: History,
  workload: Workload,
) {
  const startedMs = performance.now();
  const schedule = scheduleOf(faults, seed + 1, durationMs, minFirings);
  const faultWindows: FaultWindow[] = [];
  const violations: Violation[] = [];
  const lateAttempts = new Map<string, number>();
  const mayAttempt = ({ name }: Fault) =>
    (lateAttempts.get(name) ?? 0) < Math.max(1, minFirings) * ATTEMPTS_PER_FIRING;
  let checkedMs = startedMs;
  while (violations.length === 0) {
    const beganMs = performance.now();
    const fault = schedule.next(beganMs - startedMs, mayAttempt);
    if (!fault) break;
    if (beganMs - startedMs >= durationMs)
      lateAttempts.set(fault.name, (lateAttempts.get(fault.name) ?? 0) + 1);
    faultWindows.push({ fault: fault.name, fromMs: beganMs });
    try {
      const hasFired = await fault.inject(testBed);
      await sleep(schedule.ended(fault, performance.now() - beganMs, hasFired));
    } catch (error) {
      // What happened until then is checked all the same.
      const message = `${fault.name}: ${error instanceof Error ? error.message : String(error)}`;
      violations.push(violation("fault as planned", "stuck", undefined, message));
    }
    onProgress(progressOf(performance.now() - startedMs, schedule, workload, fault));
    if (stopOn && performance.now() - checkedMs > CHECK_EVERY_MS) {
      // What was claimed too early may be true by the end.
      const checked = await checkRound(testBed, history, []);
      violations.push(...checked.violations.filter(({ check }) => stopOn(check)));
      checkedMs = performance.now();
    }
  }
  return { fired: schedule.fired, faultWindows, violations };
}

function progressOf(elapsedMs: number, { fired }: Schedule, { outcomes }: Workload, { name }: Fault) {
  const times = [...fired.values()].reduce((sum, count) => sum + count, 0);
  return `${Math.round(elapsedMs / 1_000)} s  ${times} faults  ${outcomes.get("paid") ?? 0} answers paid  ${name}`;
}
