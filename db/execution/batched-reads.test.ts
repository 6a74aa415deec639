import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { batchedLoad } from "./batched-reads.ts";

/** A read that doubles, and what it was called with. */
function doubling(): { double: (one: number) => Promise<number>; calls: number[][] } {
  const calls: number[][] = [];
  const double = batchedLoad(async (keys: readonly number[]) => {
    calls.push([...keys]);
    return keys.map((one) => 2 * one);
  });
  return { double, calls };
}

describe("loads of one turn of the event loop", () => {
  it("share one read, and each has its own answer, in whichever order they came", async () => {
    const { double, calls } = doubling();
    expect(await Promise.all([3, 1, 2, 1].map(double))).toEqual([6, 2, 4, 2]);
    expect(calls).toEqual([[3, 1, 2, 1]]);
  });

  it("fail together, and leave the next turn alone", async () => {
    let isDown = true;
    const read = batchedLoad(async (keys: readonly number[]) => {
      if (isDown) throw new Error("The database is down.");
      return keys;
    });
    const both = await Promise.allSettled([read(1), read(2)]);
    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isDown = false;
    await expect(read(3)).resolves.toBe(3);
  });

  it("fail for the one key alone that Postgres refuses", async () => {
    const calls: number[][] = [];
    const read = batchedLoad(async (keys: readonly number[]) => {
      calls.push([...keys]);
      if (keys.includes(3)) throw Object.assign(new Error("cannot be converted"), { code: "22P05" });
      return keys.map((one) => 2 * one);
    });
    const all = await Promise.allSettled([1, 2, 3, 4, 5].map(read));
    expect(all.map((one) => (one.status === "fulfilled" ? one.value : one.reason.code))).toEqual([
      2,
      4,
      "22P05",
      8,
      10,
    ]);
    expect(calls).toEqual([[1, 2, 3, 4, 5], [1, 2], [3, 4, 5], [3], [4, 5]]);
  });

  it("are a bug where another number of answers comes", async () => {
    const read = batchedLoad(async () => ["only one"]);
    await expect(Promise.all([read(1), read(2)])).rejects.toThrow("Bug:");
  });
});

it("a load that comes once a read has begun gets a read of its own: that one may have missed what came between", async () => {
  let value = "good";
  let answer = () => {};
  const read = batchedLoad(async (keys: readonly string[]) => {
    const seen = value;
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return keys.map(() => seen);
  });
  const before = read("key");
  await nextTurn();
  value = "revoked";
  const after = read("key");
  answer();
  expect(await before).toBe("good");
  await nextTurn();
  answer();
  expect(await after).toBe("revoked");
});
