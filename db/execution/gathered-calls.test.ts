/** What is asked for while a call is under way goes together in the next one, and waits for none that waits itself. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it, vi } from "vitest";
import { gatheredCall } from "./gathered-calls.ts";

/** A call that doubles when the test says so; by default no call is ever taken for one that waits. */
function doubling({ batchMax = 10, busyMs = 60_000 } = {}) {
  const calls: { items: readonly number[]; end(): void; fail(error: Error): void }[] = [];
  const double = gatheredCall(
    (items: readonly number[]) =>
      new Promise<number[]>((resolve, reject) => {
        calls.push({ items, end: () => resolve(items.map((one) => 2 * one)), fail: reject });
      }),
    { batchMax, busyMs },
  );
  const items = () => calls.map((call) => call.items);
  /** The call number `n`, once it is made. */
  const call = async (n: number) => {
    await vi.waitUntil(() => calls[n] !== undefined);
    const made = calls[n];
    if (!made) throw new Error(`Bug: no call ${n}.`);
    return made;
  };
  return { double, items, call };
}

it("one alone is sent at the end of its turn, and who asks meanwhile goes with the others in the next call", async () => {
  const { double, items, call } = doubling();
  const first = double(1);
  const made = await call(0);
  const later = [double(2), double(3)];
  await nextTurn();
  const last = double(4);
  await nextTurn();
  expect(items()).toEqual([[1]]);
  made.end();
  expect(await first).toBe(2);
  (await call(1)).end();
  expect(await Promise.all([...later, last])).toEqual([4, 6, 8]);
  expect(items()).toEqual([[1], [2, 3, 4]]);
});

it("no call has more items than it may, and one is under way at a time", async () => {
  const { double, items, call } = doubling({ batchMax: 2 });
  const all = [1, 2, 3, 4, 5].map(double);
  for (let n = 0; n < 3; n += 1) {
    const made = await call(n);
    await nextTurn();
    expect(items()).toHaveLength(n + 1);
    made.end();
  }
  expect(await Promise.all(all)).toEqual([2, 4, 6, 8, 10]);
  expect(items()).toEqual([[1, 2], [3, 4], [5]]);
});

it("a call that fails fails for those who asked in it, and for nobody else", async () => {
  const { double, call } = doubling();
  const lost = Promise.allSettled([double(1), double(2)]);
  const made = await call(0);
  const next = double(3);
  made.fail(new Error("The database is down."));
  expect((await lost).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  (await call(1)).end();
  expect(await next).toBe(6);
});

it("a call that waits for a lock keeps nobody waiting", async () => {
  const { double, call } = doubling({ busyMs: 1 });
  const held = double(1);
  const made = await call(0);
  const next = double(2);
  (await call(1)).end();
  expect(await next).toBe(4);
  made.end();
  expect(await held).toBe(2);
});

it("who asks while a call pauses goes with it", async () => {
  let go = () => {};
  const paused = new Promise<void>((resolve) => {
    go = resolve;
  });
  const calls: number[][] = [];
  const double = gatheredCall(
    async (items: readonly number[]) => {
      calls.push([...items]);
      return items.map((one) => 2 * one);
    },
    { batchMax: 10, busyMs: 60_000, pause: () => paused },
  );
  const first = double(1);
  await nextTurn();
  await nextTurn();
  const second = double(2);
  go();
  expect(await Promise.all([first, second])).toEqual([2, 4]);
  expect(calls).toEqual([[1, 2]]);
});
