/** What the charts show, out of what was counted. */
import { describe, expect, it } from "vitest";
import {
  batchSizes,
  declineLines,
  levelLines,
  paymentLines,
  type Step,
  settleLines,
  totalTold,
} from "./charts.ts";
import { batchName, percentilesOf, settleName } from "./tally.ts";

const step = (minute: number, counts?: Record<string, number>, levels?: Record<string, number>): Step => ({
  at: new Date(minute * 60_000),
  ...(counts && { counts }),
  ...(levels && { levels }),
});

describe("percentiles", () => {
  it("are unknown where nothing was settled", () => {
    expect(percentilesOf({ "told:paid": 3 })).toBeUndefined();
  });

  it("lie within the bounds of what was counted", () => {
    const counts = Object.fromEntries([
      [settleName(4), 90],
      [settleName(70), 9],
      [settleName(400), 1],
    ]);
    const percentiles = percentilesOf(counts);
    expect(percentiles?.p50).toBeGreaterThan(3);
    expect(percentiles?.p50).toBeLessThanOrEqual(5);
    expect(percentiles?.p95).toBeGreaterThan(50);
    expect(percentiles?.p95).toBeLessThanOrEqual(80);
    expect(percentiles?.p99).toBe(80);
  });

  it("of what is beyond every bound are the last bound, and nothing breaks by bounds of another build", () => {
    expect(percentilesOf({ [settleName(60_000)]: 1 })).toEqual({ p50: 15_000, p95: 15_000, p99: 15_000 });
    expect(percentilesOf({ "settle:7": 10 })?.p99).toBeLessThanOrEqual(7);
  });
});

describe("lines", () => {
  const steps = [
    step(0),
    step(1, {
      "told:paid": 3,
      "told:void": 1,
      "told:refused": 2,
      "declined:limit_exceeded": 1,
      [batchName(1)]: 2,
      [batchName(3)]: 1,
    }),
    step(
      2,
      { "told:unknown": 1, "declined:insufficient_funds": 4, [batchName(128)]: 1, [settleName(2)]: 1 },
      { keys: 7 },
    ),
  ];

  it("have a gap where no server recorded, and nothing where nothing was counted", () => {
    expect(paymentLines(steps)).toEqual([
      { key: "paid", values: [null, 3, 0] },
      { key: "declined", values: [null, 0, 0] },
      { key: "replayed", values: [null, 0, 0] },
      { key: "turnedAway", values: [null, 3, 0] },
    ]);
    expect(levelLines(steps, "keys")).toEqual([{ key: "keys", values: [null, null, 7] }]);
    expect(settleLines(steps)[0]?.values.slice(0, 2)).toEqual([null, null]);
    expect(totalTold(steps, "unknown")).toBe(1);
  });

  it("of declines are the codes that there were, most first", () => {
    expect(declineLines(steps).map(({ key }) => key)).toEqual(["insufficient_funds", "limit_exceeded"]);
  });

  it("of batches are how many had how many payments", () => {
    expect(batchSizes(steps).map(({ from, to, batches }) => [from, to, batches])).toEqual([
      [1, 1, 2],
      [2, 2, 0],
      [3, 4, 1],
      [5, 8, 0],
      [9, 16, 0],
      [17, 32, 0],
      [33, 64, 0],
      [65, 128, 1],
    ]);
  });
});
