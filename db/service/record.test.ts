/** What servers saw is written minute by minute, once, and added up over servers and time. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { recordAttempt } from "../attempts/record.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { newPerson, transferKey, transferTo } from "../testing/fixtures/people.ts";
import { startCounting, tellOfEnd, writeServiceMinutes } from "./record.ts";
import { readSeries } from "./series.ts";

const test = testDatabase();

/** The process's own memory, as a new process has it. */
function asNewProcess(): void {
  (globalThis as { onceServiceMinutes?: unknown }).onceServiceMinutes = undefined;
  startCounting();
}

beforeEach(async () => {
  await test.owner`delete from service_minutes`;
  asNewProcess();
});
afterEach(() => {
  vi.useRealTimers();
});

const told = (verdict: "paid" | "replayed" | "unknown") =>
  recordAttempt({ userId: randomUUID(), key: randomUUID(), channel: "api", verdict, arrivedAt: new Date() });

/** All steps of the last hour together. */
async function total(): Promise<Record<string, number>> {
  const { steps } = await readSeries(60, 60);
  const sums: Record<string, number> = {};
  for (const { counts } of steps)
    for (const [name, count] of Object.entries(counts ?? {})) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}

it("counts what was told, how long settling took, how large batches were and why payments were declined", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  asNewProcess();
  await pay(payer.id, await transferKey(payer), transferTo(payee, "1"));
  await pay(payer.id, await transferKey(payer), transferTo(payee, "5000"));
  told("paid");
  told("replayed");
  told("unknown");
  await writeServiceMinutes();
  const counts = await total();
  expect(counts).toMatchObject({
    "told:paid": 1,
    "told:replayed": 1,
    "told:unknown": 1,
    "batch:1": 2,
    "declined:insufficient_funds": 1,
  });
  const settled = Object.entries(counts).filter(([name]) => name.startsWith("settle:"));
  expect(settled.reduce((sum, [, count]) => sum + count, 0)).toBe(2);
});

it("counts nothing twice however often a minute is written, and adds up servers", async () => {
  told("paid");
  await writeServiceMinutes();
  told("paid");
  await writeServiceMinutes();
  await writeServiceMinutes();
  expect(await total()).toMatchObject({ "told:paid": 2 });
  asNewProcess();
  told("paid");
  await writeServiceMinutes();
  expect(await total()).toMatchObject({ "told:paid": 3 });
  expect((await readSeries(60, 60)).servers).toBe(2);
});

it("keeps what could not be written, a quarter of an hour of it, and writes it later", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const now = Date.now();
  await test.owner.unsafe("revoke execute on function record_service_minutes_v1 from once_app");
  try {
    for (let minute = 30; minute > 0; minute -= 1) {
      vi.setSystemTime(now - minute * 60_000);
      told("paid");
    }
    await expect(writeServiceMinutes()).rejects.toThrow();
  } finally {
    await test.owner.unsafe("grant execute on function record_service_minutes_v1 to once_app");
  }
  vi.setSystemTime(now - 60_000);
  await writeServiceMinutes();
  expect(await total()).toMatchObject({ "told:paid": 15 });
});

it("a minute in which nothing was paid tells that the server was there", async () => {
  await writeServiceMinutes();
  const { steps, servers } = await readSeries(60, 60);
  expect(servers).toBe(1);
  const seen = steps.filter(({ counts }) => counts !== undefined);
  expect(seen.map(({ counts }) => counts)).toEqual([{}]);
});

it("a server that has told of its end is at work no more, whatever it writes after that; what it counted stays", async () => {
  told("paid");
  await writeServiceMinutes();
  asNewProcess();
  told("paid");
  await writeServiceMinutes();
  expect((await readSeries(60, 60)).servers).toBe(2);
  await tellOfEnd();
  await writeServiceMinutes();
  expect((await readSeries(60, 60)).servers).toBe(1);
  expect(await total()).toMatchObject({ "told:paid": 2 });
});

it("what is older than a chart shows is deleted", async () => {
  await test.owner`
    insert into service_minutes (minute, server, counts, levels)
    select now() - n * interval '1 day', gen_random_uuid(), '{}', '{}' from generate_series(1, 12) n`;
  await writeServiceMinutes();
  const rows = await test.owner`select minute from service_minutes`;
  // Seven days that are kept, the eighth to the millisecond gone, and the minute that runs.
  expect(rows).toHaveLength(8);
});
