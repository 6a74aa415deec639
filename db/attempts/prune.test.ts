import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { keyFor, newPerson } from "../testing/fixtures/people.ts";
import { pruneAttempts } from "./prune.ts";

const test = testDatabase();

/** Plants `count` attempts for a key that arrived at the same moment, `days` ago. */
async function plantAttempts(userId: string, key: string, days: number, count: number): Promise<void> {
  await test.owner`
    insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at)
    select ${userId}, ${key}, gen_random_uuid(), 'api', 'void', now() - ${days}::integer * interval '1 day'
      from generate_series(1, ${count}::integer)`;
}

async function countOf(key: string): Promise<number> {
  const rows = await test.owner`select 1 from payment_attempts where key = ${key}`;
  return rows.length;
}

it("takes a month-old flood of void keys, in steps, and leaves what is young or next to a payment", async () => {
  const payer = await newPerson(test.owner, 0n);
  const paid = await keyFor(payer.id, { kind: "top-up", intentId: randomUUID() });
  await pay(payer.id, paid, { operation: "top-up", amountMinor: "100", currency: "USD" });
  const open = await keyFor(payer.id, { kind: "top-up", intentId: randomUUID() });
  const [flood, young] = [randomUUID(), randomUUID()];
  // More than a step's worth of what stays, older than the flood: a step must get past it.
  await plantAttempts(payer.id, paid, 50, 700);
  await plantAttempts(payer.id, open, 45, 2);
  await plantAttempts(payer.id, flood, 40, 1_300);
  await plantAttempts(payer.id, young, 29, 3);

  const { pruned, cursor } = await pruneAttempts();
  expect(pruned).toBe(1_300);
  expect([await countOf(paid), await countOf(open), await countOf(flood), await countOf(young)]).toEqual([
    700, 2, 0, 3,
  ]);

  // The next round starts where this one ended, and finds what has become old since.
  await plantAttempts(payer.id, flood, 31, 1);
  expect(await pruneAttempts(cursor)).toMatchObject({ pruned: 1 });
});

it("looks at no more than rows_max in one step", async () => {
  const [userId, key] = [randomUUID(), randomUUID()];
  await plantAttempts(userId, key, 60, 5);
  const [step] = await test.db.readingSql`select * from prune_attempts_v1(null, null, 2)`;
  expect(step).toMatchObject({ seen: 2, pruned: 2 });
  expect(await countOf(key)).toBe(3);
});

it("runs on several servers at once", async () => {
  const [userId, key] = [randomUUID(), randomUUID()];
  await plantAttempts(userId, key, 35, 2_000);
  const rounds = await Promise.all(Array.from({ length: 4 }, () => pruneAttempts()));
  expect(await countOf(key)).toBe(0);
  // Each arrival went once; three were left over by the test before.
  expect(rounds.reduce((sum, { pruned }) => sum + pruned, 0)).toBeGreaterThanOrEqual(2_000);
});
