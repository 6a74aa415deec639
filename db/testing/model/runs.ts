/**
 * How often a property is tried, and with which seed. The seed is printed: `ONCE_SEED` (with `ONCE_PATH`, where
 * fast-check names one) tries the same again; `ONCE_RUNS` tries more.
 */
import { randomInt } from "node:crypto";
import type { Parameters } from "fast-check";

/** fast-check's seeds are 32-bit integers. */
const SEED_MAX = 2 ** 31 - 1;
/** What one run may take on a busy machine, finding a smaller counterexample included. For hanging, not for slowness. */
const RUN_LIMIT_MS = 5_000;

function fromEnvironment(name: string): number | undefined {
  const text = process.env[name];
  if (!text) return undefined;
  if (!Number.isSafeInteger(Number(text))) throw new Error(`${name} is no integer: ${text}.`);
  return Number(text);
}

/** The number of runs where nobody asks for another. */
export function runsOf(usual: number): { runs: number; timeout: number } {
  const runs = fromEnvironment("ONCE_RUNS") ?? usual;
  return { runs, timeout: (runs + usual) * RUN_LIMIT_MS };
}

/** fast-check's parameters for `runs` runs of the property `name`, whose seed is printed. */
export function parameters<T>(name: string, runs: number): Parameters<T> {
  const seed = fromEnvironment("ONCE_SEED") ?? randomInt(SEED_MAX);
  const path = process.env.ONCE_PATH;
  console.info(`${name}: ${runs} runs. The same again: ONCE_SEED=${seed}`);
  return { seed, numRuns: runs, ...(path ? { path } : {}) };
}

const utcDay = () => new Date().toISOString().slice(0, 10);

/** Does one run. What fails while midnight falls into it says nothing: daily limits begin anew then, in UTC. */
export async function withinOneDay(run: () => Promise<void>): Promise<void> {
  const day = utcDay();
  try {
    await run();
  } catch (failure) {
    if (day === utcDay()) throw failure;
  }
}
