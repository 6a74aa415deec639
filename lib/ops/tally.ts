/** What is counted of the service, by name, and how durations and sizes are counted: how many lay below each of some bounds. */

/** The names of what is counted, each with how often. */
export type Counts = Record<string, number>;

/** Upper bounds of how long a payment took to be settled, in milliseconds: from one statement to the deadline. */
const SETTLE_BOUNDS_MS = [
  1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 300, 500, 800, 1_200, 2_000, 3_000, 5_000, 8_000, 15_000,
] as const;
/** Upper bounds of how many payments shared a batch; the last is the most there may be. */
export const BATCH_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128] as const;

/** The bound stands in the name, so that builds with other bounds may count side by side. */
function named(kind: string, bounds: readonly number[], value: number): string {
  const bound = bounds.find((one) => value <= one);
  return `${kind}:${bound ?? "more"}`;
}

/** The name under which a payment that took `ms` is counted. */
export function settleName(ms: number): string {
  return named("settle", SETTLE_BOUNDS_MS, ms);
}

/** The name under which a batch of `size` is counted. */
export function batchName(size: number): string {
  return named("batch", BATCH_BOUNDS, size);
}

/** What stands behind `kind:` in the names of `counts`, each with how often. */
export function countsOf(counts: Counts, kind: string): Map<string, number> {
  const prefix = `${kind}:`;
  return new Map(
    Object.entries(counts)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => [name.slice(prefix.length), count]),
  );
}

/** Percentiles of how long settling took, in milliseconds. */
export type Percentiles = { p50: number; p95: number; p99: number };

/**
 * The percentiles of what was counted as `settle:…`, undefined where nothing was: within two bounds as if all that lies between them
 * lay evenly, and what is beyond the last bound at it.
 */
export function percentilesOf(counts: Counts): Percentiles | undefined {
  const bars = [...countsOf(counts, "settle")]
    .map(([bound, count]) => ({ bound: bound === "more" ? Number.POSITIVE_INFINITY : Number(bound), count }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.bound - b.bound);
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return undefined;
  const at = (share: number): number => {
    const wanted = share * total;
    let below = 0;
    for (const { bound, count } of bars) {
      if (below + count >= wanted) {
        const from = SETTLE_BOUNDS_MS.findLast((one) => one < bound) ?? 0;
        if (!Number.isFinite(bound)) return from;
        return from + (bound - from) * ((wanted - below) / count);
      }
      below += count;
    }
    throw new Error("Bug: a share of all is beyond all.");
  };
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}
