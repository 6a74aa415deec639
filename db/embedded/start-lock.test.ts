import { once } from "node:events";
import { createServer } from "node:net";
import { setImmediate as later } from "node:timers/promises";
import { expect, it } from "vitest";
import { HOST, portsOf, withStartLock } from "./start-lock.ts";

it("one at a time, and another program on one of the ports is no obstacle", async () => {
  const dataRoot = `/nowhere/${process.pid}`;
  const stranger = createServer().listen(portsOf(dataRoot)[1], HOST);
  await once(stranger, "listening");
  let holders = 0;
  const seen: number[] = [];
  const hold = () =>
    withStartLock(dataRoot, async () => {
      holders += 1;
      await later();
      seen.push(holders);
      holders -= 1;
    });
  try {
    await Promise.all([hold(), hold(), hold()]);
    expect(seen).toEqual([1, 1, 1]);
  } finally {
    stranger.close();
  }
});

it("what fails inside gives the lock back", async () => {
  const dataRoot = `/nowhere/else/${process.pid}`;
  const fails = withStartLock(dataRoot, () => Promise.reject(new Error("Thrown for the test.")));
  await expect(fails).rejects.toThrow("Thrown for the test.");
  expect(await withStartLock(dataRoot, () => Promise.resolve("held"))).toBe("held");
});
