/** One round on the proving ground: people pay while faults are fired one after another; then everything is counted. */
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckName, Violation } from "./checkers/contradiction.ts";
import { type Spell, type Tally, tallyBySpell } from "./checkers/fault-windows.ts";
import { judge } from "./checkers/judge.ts";
import type { Stage } from "./environment.ts";
import type { ProvingFault } from "./injectors/faults.ts";
import { type Schedule, scheduleOf } from "./injectors/schedule.ts";
import { type History, isInDoubt } from "./workload/history.ts";
import { peopleOf } from "./workload/people.ts";
import { randomFrom } from "./workload/random.ts";
import { startShoppers } from "./workload/shoppers.ts";
import { failsToServe, PROGRAMS, startWorkload, type Workload } from "./workload/workload.ts";

export type RoundResult = {
  payments: number;
  declines: number;
  exchanges: number;
  /** Requests without an answer, or with one that left the outcome open: asked again with the same key, each of them. */
  unknown: number;
  replays: number;
  /** Orders that were paid, or tried to, in a browser. */
  checkouts: number;
  fired: ReadonlyMap<string, number>;
  /** What happened while each fault lasted, by its name. */
  tallies: ReadonlyMap<string, Tally>;
  violations: Violation[];
  history: History;
  seconds: number;
};

export type RoundOptions = {
  seed: number;
  forMs: number;
  faults: readonly ProvingFault[];
  /** How often each cheap fault is fired at least, even where the time is over; an expensive one once. None: 0. */
  cheapLeast: number;
  /** How many programs do something at any time; as a rule `PROGRAMS`. */
  programs?: number;
  /** Two of the people pay in a browser, and pause for up to this many ms between two orders. Without, nobody does. */
  browserPauseMs?: number;
  /** Ends the round as soon as a check that it names finds something: to show that a planted bug is found, or that none is. */
  endsOn?: (check: CheckName) => boolean;
  onProgress: (line: string) => void;
};

/** A fault that is still due when the time is over is tried this many times for each time that it is to fire. */
const TRIES_PER_FIRING = 10;
/** Judging a short round takes a moment, this much of the time at most. */
const JUDGE_EVERY_MS = 3_000;

/** Runs a round on `stage`. What contradicts the promise is in `violations`; nothing is thrown for it. */
export async function playRound(stage: Stage, options: RoundOptions): Promise<RoundResult> {
  const { seed, forMs, faults, cheapLeast, onProgress } = options;
  const { programs = PROGRAMS, browserPauseMs, endsOn } = options;
  const earlier = await stage.owner<{ id: string }[]>`select id from payments`;
  const history: History = { exchanges: [], shown: [], earlier: new Set(earlier.map(({ id }) => id)) };
  stage.http.recordTo(history);
  const people = await peopleOf(stage, history);
  const shoppers =
    browserPauseMs === undefined
      ? undefined
      : await startShoppers(stage, people, history, randomFrom(seed + 2), browserPauseMs);
  const startedMs = performance.now();
  const workload = startWorkload(people, randomFrom(seed), programs);
  const schedule = scheduleOf(faults, seed + 1, forMs, cheapLeast);
  const spells: Spell[] = [];
  let judgedMs = startedMs;
  const lateTries = new Map<string, number>();
  const broken: Violation[] = [];
  for (;;) {
    const beganMs = performance.now();
    const isOver = beganMs - startedMs >= forMs;
    const mayBeTried = ({ name }: ProvingFault) =>
      (lateTries.get(name) ?? 0) < Math.max(1, cheapLeast) * TRIES_PER_FIRING;
    const fault = schedule.next(beganMs - startedMs, mayBeTried);
    if (!fault) break;
    if (isOver) lateTries.set(fault.name, (lateTries.get(fault.name) ?? 0) + 1);
    spells.push({ fault: fault.name, fromMs: beganMs });
    let hasFired = false;
    try {
      hasFired = await fault.fire(stage);
    } catch (error) {
      // What happened until then is judged all the same.
      const says = `${fault.name}: ${error instanceof Error ? error.message : String(error)}`;
      broken.push({ check: "fault as planned", harm: "stuck", key: undefined, says });
      break;
    }
    await sleep(schedule.ended(fault, performance.now() - beganMs, hasFired));
    onProgress(progressOf(performance.now() - startedMs, schedule, workload, fault));
    if (endsOn && performance.now() - judgedMs > JUDGE_EVERY_MS) {
      const found = (await judge(stage, history, [])).violations.filter(({ check }) => endsOn(check));
      // What is told too early may have come true by the end.
      broken.push(...found);
      if (found.length > 0) break;
      judgedMs = performance.now();
    }
  }

  for (const app of stage.apps) await app.start();
  const [unresolved] = await Promise.all([workload.end(), shoppers?.end()]);
  for (const { port } of stage.apps)
    for (const what of await failsToServe(people, `http://127.0.0.1:${port}`))
      broken.push({
        check: "L1 live",
        harm: "stuck",
        key: undefined,
        says: `the server at port ${port} did not ${what}`,
      });
  // What nobody waits for any more is answered all the same, and heard by the proxy.
  await stage.http.quiet();
  const judgement = await judge(stage, history, unresolved);
  const { facts } = judgement;
  const violations = [...broken, ...judgement.violations];
  const succeeded = facts.payments.filter((payment) => payment.status === "succeeded").length;
  return {
    payments: succeeded,
    declines: facts.payments.length - succeeded,
    exchanges: history.exchanges.length,
    unknown: history.exchanges.filter(isInDoubt).length,
    replays: history.exchanges.filter((exchange) => exchange.answer?.isReplay).length,
    checkouts: history.shown.length,
    fired: schedule.fired,
    tallies: tallyBySpell(spells, history, facts, violations),
    violations,
    history,
    seconds: (performance.now() - startedMs) / 1_000,
  };
}

function progressOf(elapsedMs: number, { fired }: Schedule, { outcomes }: Workload, { name }: ProvingFault) {
  const times = [...fired.values()].reduce((sum, count) => sum + count, 0);
  return `${Math.round(elapsedMs / 1_000)} s  ${times} faults  ${outcomes.get("paid") ?? 0} answers paid  ${name}`;
}
