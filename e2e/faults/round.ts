/** One round on the proving ground: people pay while faults are fired one after another; then everything is counted. */
import { performance } from "node:perf_hooks";
import { reconcile } from "../../db/ledger/reconcile.ts";
import { check, type Violation } from "./checkers.ts";
import { readFacts } from "./facts.ts";
import type { ProvingFault } from "./faults.ts";
import type { History } from "./history.ts";
import { peopleOf } from "./people.ts";
import { randomFrom } from "./random.ts";
import type { Stage } from "./stage.ts";
import { startWorkload } from "./workload.ts";

export type RoundResult = {
  payments: number;
  declines: number;
  exchanges: number;
  unanswered: number;
  replays: number;
  /** Answers that left the outcome open: asked again with the same key, each of them. */
  unknown: number;
  fired: Map<string, number>;
  violations: Violation[];
  history: History;
  seconds: number;
};

export type RoundOptions = {
  seed: number;
  forMs: number;
  faults: readonly ProvingFault[];
  /** How often each is fired at least, even where the time is over. */
  atLeast: number;
  onProgress: (line: string) => void;
};

/** Expensive faults stop servers for seconds; cheap ones are fired this many times as often. */
const CHEAP_PER_EXPENSIVE = 12;

/** A seeded order of faults in which cheap ones come often. */
function order(faults: readonly ProvingFault[], seed: number): () => ProvingFault | undefined {
  const random = randomFrom(seed);
  let bag: ProvingFault[] = [];
  return () => {
    if (bag.length === 0)
      bag = faults.flatMap((fault) =>
        Array.from({ length: fault.isCheap ? CHEAP_PER_EXPENSIVE : 1 }, () => fault),
      );
    return bag.splice(random.int(bag.length), 1)[0];
  };
}

/** Runs a round on `stage`. What contradicts the promise is in `violations`; nothing is thrown for it. */
export async function playRound(stage: Stage, options: RoundOptions): Promise<RoundResult> {
  const { seed, forMs, faults, atLeast, onProgress } = options;
  const history: History = { exchanges: [] };
  const people = await peopleOf(stage, history);
  const startedMs = performance.now();
  const workload = startWorkload(people, randomFrom(seed));
  const fired = new Map(faults.map((fault) => [fault.name, 0]));

  const next = order(faults, seed + 1);
  const isDue = () => faults.some((fault) => (fired.get(fault.name) ?? 0) < atLeast);
  // Each fault that is still due is tried a few times; one that never fires fails the round below.
  let tries = 0;
  while (performance.now() - startedMs < forMs || (isDue() && tries < faults.length * atLeast * 20)) {
    tries += 1;
    const fault = next();
    if (!fault) break;
    if (performance.now() - startedMs >= forMs && (fired.get(fault.name) ?? 0) >= atLeast) continue;
    if (await fault.fire(stage)) fired.set(fault.name, (fired.get(fault.name) ?? 0) + 1);
    const paid = workload.outcomes.get("paid") ?? 0;
    const total = [...fired.values()].reduce((sum, count) => sum + count, 0);
    onProgress(
      `${Math.round((performance.now() - startedMs) / 1_000)} s  ${total} faults  ${paid} answers paid  ${fault.name}`,
    );
  }

  for (const app of stage.apps) await app.start();
  const unresolved = await workload.end();
  const facts = await readFacts(stage.owner);
  const violations = check(history, facts, unresolved);
  for (const finding of await reconcile(stage.owner))
    violations.push({
      check: `reconcile: ${finding.check}`,
      harm: "duplicate",
      key: undefined,
      says: JSON.stringify(finding.rows, (_name, value: unknown) =>
        typeof value === "bigint" ? `${value}` : value,
      ),
    });

  const [counted] = await stage.owner<{ deadlocks: number }[]>`
    select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()`;
  if (counted && counted.deadlocks > 0)
    violations.push({
      check: "locks in order",
      harm: "stuck",
      key: undefined,
      says: `${counted.deadlocks} deadlocks, where everybody locks in one order`,
    });

  const answered = history.exchanges.filter((exchange) => exchange.answer);
  return {
    payments: facts.payments.filter((payment) => payment.status === "succeeded").length,
    declines: facts.payments.filter((payment) => payment.status === "declined").length,
    exchanges: history.exchanges.length,
    unanswered: history.exchanges.length - answered.length,
    replays: answered.filter((exchange) => exchange.answer?.isReplay).length,
    unknown: answered.filter((exchange) => exchange.answer?.status === 503 || exchange.answer?.status === 409)
      .length,
    fired,
    violations,
    history,
    seconds: (performance.now() - startedMs) / 1_000,
  };
}
