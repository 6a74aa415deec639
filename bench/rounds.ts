/** How anything is measured here: rounds of each contestant in turn, so that a slow minute of the machine hits all alike. */

/** One contestant: prepares what a round needs (not measured), then works until told to stop. */
export type Contestant = {
  name: string;
  /** Work for up to `count` operations; returns one operation. Called again and again, `inFlight` at a time. */
  prepare(count: number): Promise<() => Promise<unknown>>;
  inFlight: number;
  /** What goes on beside it, for as long as a round lasts. */
  beside?: () => { stop(): Promise<void> };
};

/** Work that takes what was prepared, item by item. */
export function takingFrom<T>(items: T[], work: (item: T) => Promise<unknown>): () => Promise<void> {
  return async () => {
    const item = items.pop();
    if (item === undefined) throw new Error("Bug: more was done than prepared.");
    await work(item);
  };
}

export type Measured = {
  /** Operations per second: the median of the rounds. */
  perSecond: number;
  /** Latencies over all rounds, in milliseconds. */
  p50Ms: number;
  p99Ms: number;
};

export type Pace = {
  rounds: number;
  roundMs: number;
  /** What a first round prepares for. Absent: more than any contestant does. */
  startingPerSecond?: number;
};

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** No contestant does more than this in a second; what a round prepares is measured by it until its pace is known. */
export const FASTEST_PER_SECOND = 12_000;
/** What a round prepares beyond what the last one used. */
const MARGIN = 1.5;

/** Measures the contestants, one round of each at a time, after one round that does not count. */
export async function measure(
  contestants: readonly Contestant[],
  pace: Pace,
): Promise<Map<string, Measured>> {
  const rates = new Map<string, number[]>();
  const latencies = new Map<string, number[]>();
  for (let round = 0; round <= pace.rounds; round += 1) {
    for (const contestant of contestants) {
      const last = Math.max(0, ...(rates.get(contestant.name) ?? [0]));
      const expected = last === 0 ? (pace.startingPerSecond ?? FASTEST_PER_SECOND) : last * MARGIN;
      const count = Math.ceil((expected * pace.roundMs) / 1000) + contestant.inFlight;
      const work = await contestant.prepare(count);
      const beside = contestant.beside?.();
      const { perSecond, latenciesMs } = await closedLoop(work, contestant.inFlight, count, pace.roundMs);
      await beside?.stop();
      if (round === 0) continue;
      rates.set(contestant.name, [...(rates.get(contestant.name) ?? []), perSecond]);
      latencies.set(contestant.name, (latencies.get(contestant.name) ?? []).concat(latenciesMs));
    }
  }
  return new Map(
    contestants.map(({ name }) => [
      name,
      {
        perSecond: median(rates.get(name) ?? []),
        p50Ms: quantile(latencies.get(name) ?? [], 0.5),
        p99Ms: quantile(latencies.get(name) ?? [], 0.99),
      },
    ]),
  );
}

/** Keeps `inFlight` operations going until the time is over or `count` are done. */
export async function closedLoop(
  work: () => Promise<unknown>,
  inFlight: number,
  count: number,
  roundMs: number,
): Promise<{ perSecond: number; latenciesMs: number[] }> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < count && performance.now() - startedMs < roundMs) {
      begun += 1;
      const beganMs = performance.now();
      await work();
      latenciesMs.push(performance.now() - beganMs);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return { perSecond: (latenciesMs.length / (performance.now() - startedMs)) * 1000, latenciesMs };
}

/**
 * Begins an operation every so often, as requests come, whether or not earlier ones are done. Latencies are counted from when an
 * operation was due, so that a stall counts for everybody who would have asked meanwhile.
 */
export async function openLoop(
  work: () => Promise<unknown>,
  perSecond: number,
  ms: number,
): Promise<number[]> {
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  const count = Math.floor((perSecond * ms) / 1_000);
  const under: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    const dueMs = startedMs + (n * 1_000) / perSecond;
    const early = dueMs - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    under.push(work().then(() => void latenciesMs.push(performance.now() - dueMs)));
  }
  await Promise.all(under);
  return latenciesMs;
}
