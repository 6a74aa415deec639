/** Few at once, in order, and nobody is kept waiting by somebody who only waits himself. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Turns } from "./concurrency-limit.ts";

const BUSY_MS = 20;
const WAIT_MAX_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Turns whose works end when the test says. */
function harness() {
  const turns = new Turns({ atOnce: 2, busyMs: BUSY_MS });
  const began: string[] = [];
  const ends = new Map<string, { resolve(value: string): void; reject(error: Error): void }>();
  const take = (name: string, waitMaxMs = WAIT_MAX_MS) =>
    turns.take(() => {
      began.push(name);
      return new Promise<string>((resolve, reject) => ends.set(name, { resolve, reject }));
    }, waitMaxMs);
  return { take, began, end: (name: string) => ends.get(name)?.resolve(`did ${name}`), ends };
}

const settleDown = () => vi.advanceTimersByTimeAsync(0);

it("two at once, the others when one is through, first come, first served", async () => {
  const { take, began, end } = harness();
  const all = ["a", "b", "c", "d"].map((name) => take(name));
  await settleDown();
  expect(began).toEqual(["a", "b"]);
  end("b");
  await settleDown();
  expect(began).toEqual(["a", "b", "c"]);
  for (const name of ["a", "c"]) end(name);
  await settleDown();
  end("d");
  expect(await Promise.all(all)).toEqual(["did a", "did b", "did c", "did d"]);
});

it("one that takes long has had its turn, and ends no other's when it is through", async () => {
  const { take, began, end } = harness();
  const all = ["a", "b", "c", "d", "e"].map((name) => take(name));
  await vi.advanceTimersByTimeAsync(BUSY_MS);
  expect(began).toEqual(["a", "b", "c", "d"]);
  end("a");
  end("b");
  await settleDown();
  expect(began).toEqual(["a", "b", "c", "d"]);
  end("c");
  await settleDown();
  expect(began).toEqual(["a", "b", "c", "d", "e"]);
  for (const name of ["d", "e"]) end(name);
  await Promise.all(all);
});

it("one that fails passes its turn on, and says why", async () => {
  const { take, began, ends, end } = harness();
  const failing = take("a");
  const others = ["b", "c"].map((name) => take(name));
  await settleDown();
  ends.get("a")?.reject(new Error("lost"));
  await expect(failing).rejects.toThrow("lost");
  await settleDown();
  expect(began).toEqual(["a", "b", "c"]);
  for (const name of ["b", "c"]) end(name);
  await Promise.all(others);
  const late = take("d");
  await settleDown();
  expect(began.at(-1)).toBe("d");
  end("d");
  await late;
});

it("one that waits too long is told so, does nothing, and takes nobody's turn", async () => {
  const { take, began, end } = harness();
  const first = ["a", "b"].map((name) => take(name));
  const impatient = take("c", BUSY_MS / 2);
  const patient = take("d");
  const missed = expect(impatient).rejects.toMatchObject({ code: "DEADLINE_MISSED" });
  await vi.advanceTimersByTimeAsync(BUSY_MS / 2);
  await missed;
  end("a");
  end("b");
  await settleDown();
  expect(began).toEqual(["a", "b", "d"]);
  end("d");
  await Promise.all([...first, patient]);
  const late = take("e");
  await settleDown();
  expect(began.at(-1)).toBe("e");
  end("e");
  await late;
});
