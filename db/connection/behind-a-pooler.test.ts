/**
 * A server in between that answers for the database what is not so: a pooler that runs our statements in a transaction of
 * its own, which it never commits. An answer outside ReadyForQuery "I" is no answer.
 */
import { randomUUID } from "node:crypto";
import net from "node:net";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { issueKey } from "../idempotency/issue.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { keyState } from "../idempotency/state.ts";
import { isDefinitive } from "../payments/failures.ts";
import { pay } from "../payments/pay.ts";
import { connectAsOwner } from "../setup/migrate.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import { balanceOf, newTransfer, tally } from "../testing/fixtures/people.ts";
import { PROXY_TLS, startTlsProxy } from "../testing/proxies/tls-proxy.ts";
import { startWireProxy, type WireProxy } from "../testing/proxies/wire-proxy.ts";
import { connect, setDatabase } from "./client.ts";
import { type OpenOptions, openPool, type Pool } from "./pool.ts";

const test = testDatabase();
let pooler: WireProxy;

beforeEach(async () => {
  const { hostname, port } = new URL(test.appUrl);
  pooler = await startWireProxy(hostname, Number(port));
  onTestFinished(() => pooler.close());
});

afterEach(async () => {
  setDatabase(test.db);
});

function through(url: string, port: number = pooler.port): string {
  return Object.assign(new URL(url), { port: String(port) }).href;
}

/** A pool of one connection to `port`. */
function poolTo(port: number, options: Partial<OpenOptions> = {}): Pool {
  const pool = openPool(through(test.appUrl, port), {
    name: "test",
    connectionsMax: 1,
    serverVersion: SERVER_VERSION,
    onNotice: () => {},
    ...options,
  });
  onTestFinished(() => pool.end());
  return pool;
}

/** This process talks through the pooler from now on. */
function throughThePooler(): void {
  const db = connect(through(test.appUrl), SERVER_VERSION);
  onTestFinished(() => db.close());
  setDatabase(db);
}

async function refusalOf(work: PromiseLike<unknown>): Promise<unknown> {
  return await Promise.resolve(work).then(
    () => "it was answered",
    (error: unknown) => error,
  );
}

const LIE = { code: "CONNECTION_IN_TRANSACTION" };

describe.each(["plain", "TLS"])("a pool, its connections %s", (kind) => {
  async function pool(): Promise<Pool> {
    if (kind === "plain") return poolTo(pooler.port);
    const tls = await startTlsProxy((inside) => {
      const upstream = net.connect({ host: "127.0.0.1", port: pooler.port }).on("error", () => {});
      inside.pipe(upstream).pipe(inside);
    });
    onTestFinished(() => tls.close());
    return poolTo(tls.port, { tls: PROXY_TLS });
  }

  it("rejects every response from inside a transaction that is not its own", async () => {
    const { sql } = await pool();
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
    await sql`select ${"prepared"}::text`;
    pooler.beginOnItsOwn();
    for (const ask of [
      () => sql`select 1 as n`,
      () => sql`select ${"prepared"}::text`,
      () => sql`select ${"to be prepared"}::text as n`,
      () => sql.unsafe("select 1 as n"),
      () => sql.unsafe("select 1 as n").values(),
      () => sql`select n, repeat('x', 5000) from generate_series(1, 1000) n`,
    ]) {
      const refusal = await refusalOf(ask());
      expect(refusal).toMatchObject(LIE);
      expect(isDefinitive(refusal)).toBe(false);
    }
    pooler.beginOnItsOwn(false);
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  });

  it("rejects a definitive error from inside it as well", async () => {
    const { sql } = await pool();
    await sql`select 1`;
    pooler.beginOnItsOwn();
    const refusal = await refusalOf(sql`select 1 / 0`);
    expect(refusal).toMatchObject(LIE);
    expect(isDefinitive(refusal)).toBe(false);
    pooler.beginOnItsOwn(false);
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
  });

  it("goes on to work where all is well, with long answers and short ones", async () => {
    const { sql } = await pool();
    for (const rows of [1, 0, 500, 3]) {
      const found = await sql`select n, repeat('x', n * 50) as text from generate_series(1, ${rows}::int) n`;
      expect(found.map(({ n, text }) => [n, text.length])).toEqual(
        Array.from({ length: rows }, (_, at) => [at + 1, (at + 1) * 50]),
      );
    }
  });
});

it("a stray BEGIN of our own is caught the same", async () => {
  const { sql } = poolTo(pooler.port);
  expect(await refusalOf(sql.unsafe("begin"))).toMatchObject(LIE);
  expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
});

it("nobody is told that they paid, that a key is theirs or that it is void, and nothing of it is there", async () => {
  const { payer, key, command } = await newTransfer(test.owner);
  throughThePooler();
  pooler.beginOnItsOwn();
  for (const ask of [
    () => pay(payer.id, key, command),
    () => issueKey(payer.id, { kind: "transfer", intentId: randomUUID() }),
    () => revokeKey(payer.id, key),
    () => keyState(payer.id, key),
  ]) {
    const refusal = await refusalOf(ask());
    expect(refusal).toBeInstanceOf(Error);
    expect(isDefinitive(refusal)).toBe(false);
  }
  setDatabase(test.db);
  expect(await balanceOf(test.owner, payer.accountId)).toBe(100n);
  expect(await keyState(payer.id, key)).toEqual({ state: "open" });
  expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
});

describe("the owner's connection", () => {
  const owner = () => {
    const sql = connectAsOwner(through(test.ownerUrl));
    onTestFinished(() => sql.end({ timeout: 0 }));
    return sql;
  };

  it("has transactions, and accepts responses inside and after them", async () => {
    const sql = owner();
    const found = await sql.begin(async (tx) => {
      const [inside] = await tx`select 1 as n`;
      return inside;
    });
    expect(found).toEqual({ n: 1 });
    await expect(sql.begin((tx) => tx`select 1 / 0`)).rejects.toMatchObject({ code: "22012" });
    expect(await sql`select 2 as n`).toEqual([{ n: 2 }]);
  });

  it("rejects a response from a transaction that it has not begun", async () => {
    const sql = owner();
    pooler.beginOnItsOwn();
    expect(await refusalOf(sql`select 1`)).toMatchObject(LIE);
  });
});
