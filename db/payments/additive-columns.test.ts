/**
 * Neighbouring builds share one schema: while a deploy rolls, tables may have columns that this build knows nothing of. They
 * stop nothing, neither on connections that were open before nor on new ones, which PostgreSQL treats differently:
 * findings/postgres-row-cast-breaks-new-connections.sh.
 */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { flushAttempts, recordAttempt } from "../attempts/record.ts";
import { connect, setDatabase } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { reapKeys } from "../idempotency/reap.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { keyState } from "../idempotency/state.ts";
import { sealTransfers } from "../ledger/seal.ts";
import { cancelOrder } from "../orders/orders.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import { expectBooksRight, keyFor, newOrder, newPerson, tally } from "../testing/fixtures/people.ts";
import { pay } from "./pay.ts";

const test = testDatabase();

/** One of everything that this build does with the database. */
async function doAll(): Promise<void> {
  const [payer, merchant] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n, "merchant")];
  const { purpose, command } = await newOrder(merchant, "40");
  const key = await keyFor(payer.id, purpose);
  const results = [await pay(payer.id, key, command), await pay(payer.id, key, command)];
  const intentId = randomUUID();
  const refundKey = await keyFor(merchant.id, { kind: "refund", paymentId: key, intentId });
  results.push(await pay(merchant.id, refundKey, { operation: "refund", paymentId: key, amountMinor: "15" }));
  const sendKey = await keyFor(payer.id, { kind: "transfer", intentId });
  const send = { payee: merchant.handle, amountMinor: "5000", currency: "USD" };
  results.push(await pay(payer.id, sendKey, { operation: "transfer", ...send }));
  expect(tally(results)).toEqual({ paid: 2, "paid again": 1, declined: 1 });

  const given = { kind: "transfer", intentId: randomUUID() } as const;
  const open = await keyFor(payer.id, given);
  expect(await issueKey(payer.id, given)).toMatchObject({ type: "found", key: open });
  expect(await keyState(payer.id, open)).toMatchObject({ state: "open" });
  expect(await revokeKey(payer.id, open)).toEqual({ state: "void" });
  const cancelled = await newOrder(merchant, "7");
  expect(await cancelOrder(merchant.id, cancelled.orderId)).toMatchObject({ type: "cancelled" });

  recordAttempt({ userId: payer.id, key, channel: "api", verdict: "paid", arrivedAt: new Date() });
  await flushAttempts();
  expect(await test.owner`select 1 from payment_attempts where key = ${key}`).toHaveLength(1);
  await reapKeys();
  await sealTransfers();
  await expectBooksRight(test.owner);
}

async function tableNames(): Promise<string[]> {
  const tables = await test.owner<{ name: string }[]>`
    select c.relname as name from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace`;
  expect(tables.length).toBeGreaterThan(10);
  return tables.map(({ name }) => name);
}

/** Does everything once on the connections that are open, and once on new ones. */
async function doAllTwice(): Promise<void> {
  await doAll();
  const fresh = connect(test.appUrl, SERVER_VERSION);
  setDatabase(fresh);
  try {
    await doAll();
  } finally {
    setDatabase(test.db);
    await fresh.close();
  }
}

it("a column more in each table changes nothing, on old connections and on new ones", async () => {
  await doAll();
  for (const name of await tableNames()) {
    await test.owner.unsafe(
      `alter table "${name}" add column extra text, add column extra_too int not null default 7`,
    );
  }
  await doAllTwice();
});

it("not even one that is called like a variable or a parameter of a function of ours", async () => {
  const functions = await test.owner<{ args: string[] | null; body: string }[]>`
    select proargnames as args, prosrc as body from pg_proc where pronamespace = 'public'::regnamespace`;
  const names = new Set(
    functions.flatMap(({ args, body }) => {
      const declared = /\bdeclare\b([\s\S]*?)\bbegin\b/.exec(body.replace(/--[^\n]*/g, ""))?.[1] ?? "";
      return [...(args ?? []), ...declared.split(";").map((one) => one.trim().split(/\s/)[0] ?? "")];
    }),
  );
  names.delete("");
  expect([...names]).toEqual(
    expect.arrayContaining(["for_user", "order_id", "today", "open_key", "rows_max"]),
  );
  for (const table of await tableNames()) {
    const columns = [...names].map((name) => `add column if not exists "${name}" text default 'x'`);
    await test.owner.unsafe(`alter table "${table}" ${columns.join(", ")}`);
  }
  await doAllTwice();
});
