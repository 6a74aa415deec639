/** Start-up on a database that is given: with one role for all, and with two whose names are anybody's. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it, vi } from "vitest";
import { flushAttempts, recordAttempt } from "../attempts/record.ts";
import { database, type Sql } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { reapKeys } from "../idempotency/reap.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { keyState } from "../idempotency/state.ts";
import { pay } from "../payments/pay.ts";
import {
  balanceOf,
  expectBooksRight,
  keyFor,
  newOrder,
  newPerson,
  tally,
  transferKey,
} from "../testing/fixtures/people.ts";
import { seedDemo } from "./seed.ts";
import { mayWriteMoney, ONE_ROLE } from "./server-check.ts";
import { startDatabase } from "./start.ts";

const admin = postgres(inject("adminUrl"), { max: 1, onnotice: () => {} });
const warn = vi.spyOn(console, "warn");
let name: string;
let owner: Sql | undefined;

/** The address of the fresh database for a new role called `role`, which may log in and nothing else. */
async function newRole(role: string): Promise<string> {
  await admin.unsafe(`create role "${role}" login password 'secret'`);
  const url = new URL(inject("adminUrl"));
  Object.assign(url, { username: role, password: "secret", pathname: `/${name}` });
  return url.href;
}

beforeEach(() => {
  name = `once_start_${randomUUID().replaceAll("-", "").slice(0, 12)}`;
  warn.mockReset().mockImplementation(() => {});
});

afterEach(async () => {
  await database().close();
  await owner?.end();
  await admin.unsafe(`drop database "${name}" with (force)`);
  for (const { rolname } of await admin<{ rolname: string }[]>`
    select rolname from pg_roles where starts_with(rolname, ${name})`) {
    await admin.unsafe(`drop role "${rolname}"`);
  }
});

afterAll(async () => {
  vi.restoreAllMocks();
  await admin.end();
});

/** A fresh database of `ownerUrl`'s role, started. */
async function start(databaseUrl: string, ownerUrl?: string): Promise<Sql> {
  const ownerRole = new URL(ownerUrl ?? databaseUrl).username;
  await admin.unsafe(`create database "${name}" owner "${ownerRole}"`);
  // Nothing is read from `dataDir` where a database is given.
  await startDatabase({ databaseUrl, ownerUrl, dataDir: path.join(".data", "none"), demo: false });
  owner = postgres(ownerUrl ?? databaseUrl, {
    max: 2,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
  });
  await seedDemo(ownerUrl ?? databaseUrl);
  return owner;
}

/** All that the application does with keys and money. */
async function expectEverythingWorks(sql: Sql): Promise<void> {
  const [payer, merchant] = [await newPerson(sql, 100n), await newPerson(sql, 0n, "merchant")];
  const { purpose, command } = await newOrder(merchant, "10");
  const key = await keyFor(payer.id, purpose);
  expect(await keyState(payer.id, key)).toEqual({ state: "open" });
  expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
  expect(tally([await pay(payer.id, key, command)])).toEqual({ "paid again": 1 });
  expect(await issueKey(payer.id, purpose)).toMatchObject({ type: "settled" });
  const refundKey = await keyFor(merchant.id, { kind: "refund", paymentId: key, intentId: randomUUID() });
  expect(
    tally([await pay(merchant.id, refundKey, { operation: "refund", paymentId: key, amountMinor: "4" })]),
  ).toEqual({ paid: 1 });
  const unused = await transferKey(payer);
  expect(await revokeKey(payer.id, unused)).toEqual({ state: "void" });
  expect(await reapKeys()).toBe(0);
  recordAttempt({ userId: payer.id, key, channel: "api", verdict: "paid", arrivedAt: new Date() });
  await flushAttempts();
  expect(await sql`select verdict from payment_attempts where key = ${key}`).toEqual([{ verdict: "paid" }]);
  expect(await balanceOf(sql, payer.accountId)).toBe(94n);
  await expectBooksRight(sql);
}

async function refusal(work: PromiseLike<unknown>): Promise<string | undefined> {
  const error: unknown = await Promise.resolve(work).catch((thrown: unknown) => thrown);
  return error instanceof postgres.PostgresError ? error.code : undefined;
}

describe("with one role for all", () => {
  it("start-up says so and goes on: everything works, and what was written still cannot be changed", async () => {
    const sql = await start(await newRole(`${name}_all`));
    expect(warn).toHaveBeenCalledWith(ONE_ROLE);
    await expectEverythingWorks(sql);
    const { readingSql: app } = database();
    expect(await refusal(app`update payments set amount_minor = 1`)).toBe("23000");
    expect(await refusal(app`delete from ledger_transfers`)).toBe("23000");
    expect(await refusal(app`update ledger_accounts set balance_minor = -1 where owner_id is not null`)).toBe(
      "23514",
    );
  });

  it("a second start finds everything made", async () => {
    const url = await newRole(`${name}_all`);
    const sql = await start(url);
    const before = database();
    await startDatabase({ databaseUrl: url, dataDir: path.join(".data", "none"), demo: true });
    await before.close();
    await expectEverythingWorks(sql);
  });
});

describe("with two roles, whatever their names", () => {
  it("everything works for the application's, which may not write money itself", async () => {
    const [appUrl, ownerUrl] = [
      await newRole(`${name}_Web "Till"`.replaceAll('"', "'")),
      await newRole(`${name}_owner`),
    ];
    const sql = await start(appUrl, ownerUrl);
    // Not "no warning at all": the rounds of earlier starts go on in this process, and find their database closed.
    expect(warn).not.toHaveBeenCalledWith(ONE_ROLE);
    await expectEverythingWorks(sql);
    const { readingSql: app } = database();
    for (const statement of [
      "insert into payments select * from payments limit 1",
      "update payments set note = 'x'",
      "insert into ledger_transfers select * from ledger_transfers limit 1",
      "update ledger_accounts set balance_minor = balance_minor + 1",
      "insert into ledger_accounts (id, purpose, currency, min_balance_minor) values (gen_random_uuid(), 'funding', 'USD', null)",
      "update refund_totals set refunded_minor = 0",
      "delete from idempotency_keys",
      "update orders set paid_by = null, paid_by_user_id = null",
      "truncate ledger_transfers",
      `select grant_to_application('${name}_owner')`,
    ]) {
      expect(await refusal(app.unsafe(statement)), statement).toBe("42501");
    }
    expect(await mayWriteMoney()).toBe(false);
    const role = `"${decodeURIComponent(new URL(appUrl).username)}"`;
    for (const [privilege, table] of [
      ["insert", "payments"],
      ["delete", "ledger_transfers"],
      ["update (balance_minor)", "ledger_accounts"],
      ["update", "refund_totals"],
      ["truncate", "ledger_seals"],
      ["insert", "idempotency_keys"],
    ]) {
      await sql.unsafe(`grant ${privilege} on ${table} to ${role}`);
      expect(await mayWriteMoney(), table).toBe(true);
      await sql.unsafe(`revoke ${privilege} on ${table} from ${role}`);
    }
    expect(await mayWriteMoney()).toBe(false);
  });
});
