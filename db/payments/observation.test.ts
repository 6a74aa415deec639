/** Who watches settling hears of every batch and every payment once, after it ended. */
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { newPerson, tally, transferKey, transferTo } from "../testing/fixtures/people.ts";
import { observeSettling, type SettlingEvent } from "./observation.ts";
import { pay } from "./pay.ts";

const test = testDatabase();

it("a batch is told with its size and time, a payment with its verdict and its whole wait", async () => {
  const events: SettlingEvent[] = [];
  observeSettling("test", (event) => void events.push(event));
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const keys = [await transferKey(payer), await transferKey(payer), await transferKey(payer)];
  const before = events.length;
  const results = await Promise.all(
    keys.map((key, n) => pay(payer.id, key, transferTo(payee, n === 2 ? "1000" : "1"))),
  );
  expect(tally(results)).toEqual({ paid: 2, declined: 1 });
  const told = events.slice(before);
  const batches = told.filter((event) => event.type === "batch");
  expect(batches.reduce((sum, { size }) => sum + size, 0)).toBe(3);
  expect(batches.map(({ failed }) => failed)).toEqual(batches.map(() => false));
  const payments = told.filter((event) => event.type === "payment");
  expect(payments.map(({ verdict }) => verdict)).toEqual(["settled", "settled", "settled"]);
  // A payment waits at least as long as the batch that it is in.
  const shortest = Math.min(...batches.map(({ durationMs }) => durationMs));
  for (const { durationMs } of payments) expect(durationMs).toBeGreaterThanOrEqual(shortest);
});

it("the same name again takes the place of the one before", async () => {
  const heard: string[] = [];
  observeSettling("test", () => void heard.push("first"));
  observeSettling("test", () => void heard.push("second"));
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  heard.length = 0;
  await pay(payer.id, await transferKey(payer), transferTo(payee, "1"));
  expect(new Set(heard)).toEqual(new Set(["second"]));
});
