/** What the charts of the overview show, out of what the servers have counted. Numbers only; words and formats are the page's. */
import { BATCH_BOUNDS, type Counts, countsOf, percentilesOf } from "./tally.ts";

/** A step of a chart. `at` is its beginning; absent members mean that nobody recorded anything in it. */
export type Step = { at: Date; counts?: Counts; levels?: Counts };

/** A line of a chart: a value for each step, null where nothing is known of it. */
export type Line = { key: string; values: (number | null)[] };

/** What a request to pay may be told that moved nothing and asks for nothing of an operator. */
const TURNED_AWAY = ["reused", "mismatch", "refused", "void", "invalid"] as const;

const told = (counts: Counts, verdict: string) => counts[`told:${verdict}`] ?? 0;

/** One line of what is counted: nothing counted is 0 where servers recorded, and unknown where none did. */
function line(key: string, steps: readonly Step[], of: (counts: Counts) => number | null): Line {
  return { key, values: steps.map(({ counts }) => (counts ? of(counts) : null)) };
}

/** Requests to pay, by what they were told. */
export function paymentLines(steps: readonly Step[]): Line[] {
  return [
    line("paid", steps, (counts) => told(counts, "paid")),
    line("declined", steps, (counts) => told(counts, "declined")),
    line("replayed", steps, (counts) => told(counts, "replayed")),
    line("turnedAway", steps, (counts) =>
      TURNED_AWAY.reduce((sum, verdict) => sum + told(counts, verdict), 0),
    ),
  ];
}

/** Requests that were told that nothing is known yet. */
export function unknownLines(steps: readonly Step[]): Line[] {
  return [line("unknown", steps, (counts) => told(counts, "unknown"))];
}

/** Declines by their codes, those that there were, most first. */
export function declineLines(steps: readonly Step[]): Line[] {
  const totals = new Map<string, number>();
  for (const { counts } of steps)
    for (const [code, count] of countsOf(counts ?? {}, "declined"))
      totals.set(code, (totals.get(code) ?? 0) + count);
  return [...totals]
    .sort(([, a], [, b]) => b - a)
    .map(([code]) => line(code, steps, (counts) => counts[`declined:${code}`] ?? 0));
}

/** How long settling took, in milliseconds; unknown where nothing was settled. */
export function settleLines(steps: readonly Step[]): Line[] {
  const percentiles = steps.map(({ counts }) => percentilesOf(counts ?? {}));
  return (["p50", "p95", "p99"] as const).map((key) => ({
    key,
    values: percentiles.map((one) => one?.[key] ?? null),
  }));
}

/** A level that was reached at most: `name` as db/service/record.ts counts it. */
export function levelLines(steps: readonly Step[], name: string): Line[] {
  return [{ key: name, values: steps.map(({ levels }) => (levels ? (levels[name] ?? 0) : null)) }];
}

/** How many batches had how many payments, over the whole time: from the size after the bound before, to `size`. */
export function batchSizes(steps: readonly Step[]): { from: number; to: number; batches: number }[] {
  const total = new Map<string, number>();
  for (const { counts } of steps)
    for (const [bound, count] of countsOf(counts ?? {}, "batch"))
      total.set(bound, (total.get(bound) ?? 0) + count);
  return BATCH_BOUNDS.map((to, at) => ({
    from: (BATCH_BOUNDS[at - 1] ?? 0) + 1,
    to,
    batches: total.get(String(to)) ?? 0,
  }));
}

/** How often something was told in all. */
export function totalTold(steps: readonly Step[], verdict: string): number {
  return steps.reduce((sum, { counts }) => sum + told(counts ?? {}, verdict), 0);
}
