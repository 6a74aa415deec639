/** Few at once, in order, and work that only waits keeps no slot. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ConcurrencyLimit } from "./concurrency-limit.ts";

const BUSY_MS = 20;
const WAIT_MAX_MS = 1_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Work that ends when the test says. */
function harness() {
  const limit = new ConcurrencyLimit({ concurrency: 2, busyMs: BUSY_MS });
  const began: string[] = [];
  const ends = new Map<string, { resolve(value: string): void; reject(error: Error): void }>();
  const run = (name: string, waitMaxMs = WAIT_MAX_MS) =>
    limit.run(() => {
      began.push(name);
      return new Promise<string>((resolve, reject) => ends.set(name, { resolve, reject }));
    }, waitMaxMs);
  return { run, began, end: (name: string) => ends.get(name)?.resolve(`did ${name}`), ends };
}

const settleDown = () => vi.advanceTimersByTimeAsync(0);

it("two at once, the others when one has ended, first come, first served", async () => {
  const { run, began, end } = harness();
  const all = ["a", "b", "c", "d"].map((name) => run(name));
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

it("one that takes long loses its slot, and gives back no other's when it ends", async () => {
  const { run, began, end } = harness();
  const all = ["a", "b", "c", "d", "e"].map((name) => run(name));
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

it("one that fails gives its slot back, and says why", async () => {
  const { run, began, ends, end } = harness();
  const failing = run("a");
  const others = ["b", "c"].map((name) => run(name));
  await settleDown();
  ends.get("a")?.reject(new Error("lost"));
  await expect(failing).rejects.toThrow("lost");
  await settleDown();
  expect(began).toEqual(["a", "b", "c"]);
  for (const name of ["b", "c"]) end(name);
  await Promise.all(others);
  const late = run("d");
  await settleDown();
  expect(began.at(-1)).toBe("d");
  end("d");
  await late;
});

it("one that waits too long misses its deadline, does nothing, and takes no slot", async () => {
  const { run, began, end } = harness();
  const first = ["a", "b"].map((name) => run(name));
  const impatient = run("c", BUSY_MS / 2);
  const patient = run("d");
  const missed = expect(impatient).rejects.toMatchObject({ code: "DEADLINE_MISSED" });
  await vi.advanceTimersByTimeAsync(BUSY_MS / 2);
  await missed;
  end("a");
  end("b");
  await settleDown();
  expect(began).toEqual(["a", "b", "d"]);
  end("d");
  await Promise.all([...first, patient]);
  const late = run("e");
  await settleDown();
  expect(began.at(-1)).toBe("e");
  end("e");
  await late;
});
