/** The order of faults: seeded, each once before any comes again. */
import { type Random, randomFrom } from "../workload/random.ts";
import type { Fault } from "./fault.ts";

/** Expensive faults get this share of the time, so that most payments still succeed. */
const EXPENSIVE_SHARE = 0.12;

/** Between two cheap faults, on average: some overlap, and payments still succeed in between. */
const CHEAP_EVERY_MS = 1_100;

export type Schedule = {
  /** The next fault; past the duration, one that is due and `mayAttempt`. Undefined where there is none. */
  next(elapsedMs: number, mayAttempt: (fault: Fault) => boolean): Fault | undefined;
  /** Notes how long a fault took, and whether it fired. Returns how long to wait before the next. */
  ended(fault: Fault, tookMs: number, hasFired: boolean): number;
  /** How often each has fired. */
  readonly fired: ReadonlyMap<string, number>;
};

function shuffled(faults: readonly Fault[], random: Random): () => Fault | undefined {
  let bag: Fault[] = [];
  return () => {
    if (bag.length === 0) bag = [...faults];
    return bag.splice(random.int(bag.length), 1)[0];
  };
}

/** A fault is due until it has fired often enough: once where it is expensive, else `minFirings` times. */
export function isDue(fault: Fault, fired: ReadonlyMap<string, number>, minFirings: number): boolean {
  return (fired.get(fault.name) ?? 0) < (fault.isCheap ? minFirings : Math.min(1, minFirings));
}

/** A schedule for a round of `durationMs`, which is prolonged for faults that are still due, not for any others. */
export function scheduleOf(
  faults: readonly Fault[],
  seed: number,
  durationMs: number,
  minFirings: number,
): Schedule {
  const fired = new Map(faults.map((fault) => [fault.name, 0]));
  const random = randomFrom(seed);
  const expensive = faults.filter((fault) => !fault.isCheap);
  const cheap = faults.filter((fault) => fault.isCheap);
  const [nextExpensive, nextCheap] = [shuffled(expensive, random), shuffled(cheap, random)];
  let expensiveMs = 0;

  return {
    fired,
    next(elapsedMs, mayAttempt) {
      if (elapsedMs < durationMs) {
        const isExpensiveNext = cheap.length === 0 || expensiveMs < elapsedMs * EXPENSIVE_SHARE;
        return isExpensiveNext && expensive.length > 0 ? nextExpensive() : nextCheap();
      }
      const due = faults.filter((fault) => isDue(fault, fired, minFirings) && mayAttempt(fault));
      return due.length > 0 ? random.pick(due) : undefined;
    },
    ended(fault, tookMs, hasFired) {
      if (!fault.isCheap) expensiveMs += tookMs;
      if (hasFired) fired.set(fault.name, (fired.get(fault.name) ?? 0) + 1);
      return Math.max(0, random.int(2 * CHEAP_EVERY_MS) - (fault.isCheap ? tookMs : 0));
    },
  };
}
