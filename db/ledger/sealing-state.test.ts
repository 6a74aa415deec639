/** An operator sees that the journal keeps up, or why it does not. */
import { beforeAll, expect, it } from "vitest";
import { rolledBack, testDatabase } from "../testing/fixtures/database.ts";
import { insertTransfer, sealAll } from "../testing/fixtures/journal.ts";
import { lastReconciliation } from "./reconciliation/last.ts";
import { readSealingState } from "./sealing-state.ts";

const test = testDatabase();

beforeAll(() => sealAll(test.owner));

it("tells what waits, since when, and where the journal ends", async () => {
  const before = await readSealingState();
  expect(before).toMatchObject({ unsealed: 0, oldestSeconds: 0, holders: [] });
  await insertTransfer(test.owner, { settledAt: "clock_timestamp() - interval '20 seconds'" });
  await insertTransfer(test.owner);
  const waiting = await readSealingState();
  expect(waiting.unsealed).toBe(2);
  expect(waiting.oldestSeconds).toBeGreaterThanOrEqual(20);
  await sealAll(test.owner);
  const state = await readSealingState();
  expect(state).toMatchObject({ unsealed: 0, oldestSeconds: 0, position: `${BigInt(before.position) + 2n}` });
  expect(state.lastSealedAt).toBeInstanceOf(Date);
  expect(state.stall).toBeUndefined();
});

it("names the transaction that holds the journal up", async () => {
  await rolledBack(test.owner, async (sql) => {
    await sql`select pg_current_xact_id()`;
    await insertTransfer(test.owner, { settledAt: "clock_timestamp() - interval '90 seconds'" });
    const [own] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const state = await readSealingState();
    expect(state.stall).toMatchObject({ type: "held-up" });
    expect(state.holders.map(({ pid }) => pid)).toContain(own?.pid);
  });
  await sealAll(test.owner);
});

it("knows nothing of the books where no run has ended", async () => {
  expect(await lastReconciliation()).toEqual({ books: "unchecked" });
});
