/** Windows cover every row once, in order of time, and none is longer than may be read. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { boundsOf, LOOKED_AT_MAX, newestPart, WINDOW_ROWS_MAX, type Window, windowsOf } from "./windows.ts";

const BEGIN = Date.parse("2026-01-01T00:00:00Z");
const bounds: Window = { from: new Date(BEGIN), until: new Date(BEGIN + 90 * 86_400_000) };

/** Counts rows at moments, each of which stands for `weight` of them. */
function counting(moments: readonly number[], weight = 1) {
  return async ({ from, until }: Window, rowsMax: number) =>
    Math.min(rowsMax, weight * moments.filter((at) => at >= from.getTime() && at < until.getTime()).length);
}

test("whatever the distances, each row is in one window, and windows follow one another", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 90 * 86_400_000 - 1 }), { maxLength: 60 }),
      fc.constantFrom("asc" as const, "desc" as const),
      fc.constantFrom(1, 700, WINDOW_ROWS_MAX),
      async (offsets, direction, weight) => {
        const moments = [...new Set(offsets)].map((offset) => BEGIN + offset);
        const seen: number[] = [];
        let edge = direction === "desc" ? bounds.until : bounds.from;
        for await (const window of windowsOf(bounds, direction, counting(moments, weight))) {
          const [near, far] =
            direction === "desc" ? [window.until, window.from] : [window.from, window.until];
          expect(direction === "desc" ? near <= edge : near >= edge).toBe(true);
          edge = far;
          expect(window.rows).toBeLessThanOrEqual(WINDOW_ROWS_MAX);
          const within = moments.filter((at) => at >= window.from.getTime() && at < window.until.getTime());
          seen.push(...within.sort((a, b) => (direction === "desc" ? b - a : a - b)));
        }
        expect(seen).toEqual([...moments].sort((a, b) => (direction === "desc" ? b - a : a - b)));
      },
    ),
    { numRuns: 50 },
  );
});

test("a burst of more than a window holds is cut by time, down to a millisecond", async () => {
  const burst = Array.from({ length: 40 }, (_, at) => BEGIN + 86_400_000 + at);
  const windows = [];
  for await (const window of windowsOf(bounds, "desc", counting(burst, WINDOW_ROWS_MAX / 2)))
    windows.push(window);
  expect(windows.every(({ rows }) => rows <= WINDOW_ROWS_MAX)).toBe(true);
  expect(windows.reduce((sum, { rows }) => sum + rows, 0)).toBe((40 * WINDOW_ROWS_MAX) / 2);
});

test("an empty time of years is crossed in a few steps", async () => {
  let steps = 0;
  const none = async () => {
    steps += 1;
    return 0;
  };
  for await (const _ of windowsOf(boundsOf({}), "desc", none)) throw new Error("Bug: nothing is there.");
  expect(steps).toBeLessThan(15);
});

test("the newest part ends after about as many rows as may be looked at, and says that it is not all", async () => {
  const moments = Array.from({ length: 100 }, (_, at) => BEGIN + at * 3_600_000);
  const part = await newestPart(bounds, counting(moments, LOOKED_AT_MAX / 50));
  const within = moments.filter((at) => at >= part.from.getTime());
  expect(part.isCut).toBe(true);
  expect(within.length).toBeGreaterThanOrEqual(50);
  expect(within.length).toBeLessThan(60);
  expect(await newestPart(bounds, counting(moments))).toEqual({ ...bounds, isCut: false });
});
