import { describe, expect, it } from "vitest";
import { ISSUED_UNCOUNTED_MAX, OpenKeyCounts } from "./open-key-counts.ts";

const OPEN_MAX = 3;

it("a user's keys are counted first; then room is taken until there is none", () => {
  const counts = new OpenKeyCounts();
  expect(counts.take("ann", OPEN_MAX)).toBe("uncounted");
  counts.counted("ann", 1);
  const takes = () => counts.take("ann", OPEN_MAX);
  expect([takes(), takes(), takes()]).toEqual(["taken", "taken", "full"]);
  expect(counts.take("ben", OPEN_MAX)).toBe("uncounted");
  expect(counts.take("ann", OPEN_MAX + 1)).toBe("taken");
});

it("room that was not used is there again", () => {
  const counts = new OpenKeyCounts();
  counts.counted("ann", OPEN_MAX - 1);
  expect(counts.take("ann", OPEN_MAX)).toBe("taken");
  counts.giveBack("ann");
  expect(counts.take("ann", OPEN_MAX)).toBe("taken");
});

it("what was issued since is counted now and then, for what others have issued", () => {
  const counts = new OpenKeyCounts();
  counts.counted("ann", 0);
  const takes = Array.from({ length: ISSUED_UNCOUNTED_MAX + 1 }, () => counts.take("ann", 2_000));
  expect(takes.indexOf("uncounted")).toBe(ISSUED_UNCOUNTED_MAX);
  counts.counted("ann", ISSUED_UNCOUNTED_MAX);
  expect(counts.take("ann", 2_000)).toBe("taken");
});

describe("a user is counted once more", () => {
  it("who is forgotten on purpose", () => {
    const counts = new OpenKeyCounts();
    counts.counted("ann", OPEN_MAX);
    counts.forget("ann");
    expect(counts.take("ann", OPEN_MAX)).toBe("uncounted");
  });

  it("who was counted longest ago, where there are too many to remember", () => {
    const counts = new OpenKeyCounts(2);
    for (const user of ["ann", "ben", "ann", "cat"]) counts.counted(user, 0);
    expect(["ann", "ben", "cat"].map((user) => counts.take(user, OPEN_MAX))).toEqual([
      "taken",
      "uncounted",
      "taken",
    ]);
  });
});
