/** Which fault comes next: all in a seeded order, each once before any comes again. */

import { type Random, randomFrom } from "../workload/random.ts";
import type { ProvingFault } from "./faults.ts";

/**
 * Expensive faults stop servers for seconds, and a server that has just started is slow: they get this share of the time, so
 * that people pay most of it. The rest is for cheap ones, which are many and come often.
 */
const EXPENSIVE_SHARE = 0.12;

/**
 * One cheap fault begins this long after another, on average: each kind comes fifty times in three quarters of an hour, some strike
 * together, and people still pay in between.
 */
const CHEAP_EVERY_MS = 1_100;

export type Schedule = {
  /**
   * The next fault of a round that has lasted `elapsedMs`; past its time, one that is due and `mayBeTried`. Undefined where
   * there is none any more.
   */
  next(elapsedMs: number, mayBeTried: (fault: ProvingFault) => boolean): ProvingFault | undefined;
  /** Notes how long a fault took, and whether it fired. Returns how long to wait before the next. */
  ended(fault: ProvingFault, tookMs: number, hasFired: boolean): number;
  /** How often each has fired. */
  readonly fired: ReadonlyMap<string, number>;
};

/** Deals out `faults`, one after another, each once before any is dealt again. */
function dealer(faults: readonly ProvingFault[], random: Random): () => ProvingFault | undefined {
  let bag: ProvingFault[] = [];
  return () => {
    if (bag.length === 0) bag = [...faults];
    return bag.splice(random.int(bag.length), 1)[0];
  };
}

/** A fault is due until it has fired often enough: once where it is expensive, else `cheapLeast` times. */
export function isDue(fault: ProvingFault, fired: ReadonlyMap<string, number>, cheapLeast: number): boolean {
  return (fired.get(fault.name) ?? 0) < (fault.isCheap ? cheapLeast : Math.min(1, cheapLeast));
}

/** A schedule for a round of `forMs`, which is prolonged for faults that are still due, not for any others. */
export function scheduleOf(
  faults: readonly ProvingFault[],
  seed: number,
  forMs: number,
  cheapLeast: number,
): Schedule {
  const fired = new Map(faults.map((fault) => [fault.name, 0]));
  const random = randomFrom(seed);
  const expensive = faults.filter((fault) => !fault.isCheap);
  const cheap = faults.filter((fault) => fault.isCheap);
  const [nextExpensive, nextCheap] = [dealer(expensive, random), dealer(cheap, random)];
  let expensiveMs = 0;

  return {
    fired,
    next(elapsedMs, mayBeTried) {
      if (elapsedMs < forMs) {
        const hasTurn = cheap.length === 0 || expensiveMs < elapsedMs * EXPENSIVE_SHARE;
        return hasTurn && expensive.length > 0 ? nextExpensive() : nextCheap();
      }
      const due = faults.filter((fault) => isDue(fault, fired, cheapLeast) && mayBeTried(fault));
      return due.length > 0 ? random.pick(due) : undefined;
    },
    ended(fault, tookMs, hasFired) {
      if (!fault.isCheap) expensiveMs += tookMs;
      if (hasFired) fired.set(fault.name, (fired.get(fault.name) ?? 0) + 1);
      return Math.max(0, random.int(2 * CHEAP_EVERY_MS) - (fault.isCheap ? tookMs : 0));
    },
  };
}
