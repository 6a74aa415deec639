import { describe, expect, it } from "vitest";
import { COUNT_HOLDS_MS, OpenKeyCounts } from "./open-key-counts.ts";

const OPEN_MAX = 3;

/** Counts by a clock that stands still until it is told to go on. */
function countsBy(countsMax?: number) {
  let now = 0;
  const nowMs = () => now;
  const counts = new OpenKeyCounts(countsMax === undefined ? { nowMs } : { countsMax, nowMs });
  return {
    counts,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

it("a user's keys are counted first; then room is taken until there is none", () => {
  const counts = countsBy().counts;
  expect(counts.take("ann", OPEN_MAX)).toBe(false);
  counts.counted("ann", 1, OPEN_MAX);
  const takes = () => counts.take("ann", OPEN_MAX);
  expect([takes(), takes(), takes()]).toEqual([true, true, false]);
  expect(counts.take("ben", OPEN_MAX)).toBe(false);
  // There may be more than were counted.
  expect(counts.take("ann", OPEN_MAX + 1)).toBe(false);
});

it("room that was not used is there again", () => {
  const counts = countsBy().counts;
  counts.counted("ann", OPEN_MAX - 1, OPEN_MAX);
  expect(counts.take("ann", OPEN_MAX)).toBe(true);
  counts.giveBack("ann", OPEN_MAX);
  expect(counts.take("ann", OPEN_MAX)).toBe(true);
});

it("a count holds for a moment: what others have issued since is in the next one", () => {
  const { counts, pass } = countsBy();
  counts.counted("ann", 0, OPEN_MAX);
  pass(COUNT_HOLDS_MS - 1);
  expect(counts.take("ann", OPEN_MAX)).toBe(true);
  pass(1);
  expect(counts.take("ann", OPEN_MAX)).toBe(false);
  counts.counted("ann", OPEN_MAX, OPEN_MAX);
  expect(counts.take("ann", OPEN_MAX)).toBe(false);
});

describe("a user is counted once more", () => {
  it("who is forgotten on purpose", () => {
    const counts = countsBy().counts;
    counts.counted("ann", OPEN_MAX, OPEN_MAX);
    counts.forget("ann", OPEN_MAX);
    expect(counts.take("ann", OPEN_MAX)).toBe(false);
  });

  it("who was counted longest ago, where there are too many to remember", () => {
    const counts = countsBy(2).counts;
    for (const user of ["ann", "ben", "ann", "cat"]) counts.counted(user, 0, OPEN_MAX);
    expect(["ann", "ben", "cat"].map((user) => counts.take(user, OPEN_MAX))).toEqual([true, false, true]);
  });
});
