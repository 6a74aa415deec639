/** Several hosts in one address: only the primary is used, also after a failover. */
import postgres from "postgres";
import { afterAll, beforeAll, expect, inject, it, onTestFinished } from "vitest";
import { connectAsOwner } from "../../setup/migrate.ts";
import { inspectServer } from "../../setup/server-check.ts";
import { SERVER_VERSION } from "../../testing/fixtures/database.ts";
import { type PlainServer, startPlainServer } from "../../testing/fixtures/plain-server.ts";
import { startWireProxy, type WireProxy } from "../../testing/proxies/wire-proxy.ts";
import { openPool } from "../pool.ts";
import type { Sql } from "../sql.ts";

let standby: PlainServer;
let primary: WireProxy;

/** Both clusters know it by one name and password, as a primary and its standby do. */
const ROLE = "once_hosts_test";
const PASSWORD = "the same on both";

/** As a superuser of one of the two. */
async function asAdmin(adminUrl: string, ...statements: string[]): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  for (const statement of statements) await admin.unsafe(statement);
  await admin.end();
}

beforeAll(async () => {
  standby = await startPlainServer();
  for (const adminUrl of [standby.adminUrl, inject("adminUrl")])
    await asAdmin(adminUrl, `create role ${ROLE} login password '${PASSWORD}'`);
});

afterAll(async () => {
  await asAdmin(inject("adminUrl"), `drop role ${ROLE}`);
  await standby.remove();
});

function addressOf(hosts: string, query = ""): string {
  return `postgres://${ROLE}:${encodeURIComponent(PASSWORD)}@${hosts}/postgres${query}`;
}

/** The address of both, the standby first, with the primary behind a proxy that can take it away. */
async function bothHosts(query = ""): Promise<string> {
  const [first, second] = [new URL(standby.adminUrl), new URL(inject("adminUrl"))];
  primary = await startWireProxy(second.hostname, Number(second.port));
  onTestFinished(() => primary.close());
  return addressOf(`${first.host},127.0.0.1:${primary.port}`, query);
}

function poolTo(url: string): Sql {
  const pool = openPool(url, {
    name: "test",
    connectionsMax: 6,
    serverVersion: SERVER_VERSION,
    onNotice: () => {},
  });
  onTestFinished(() => pool.end());
  return pool.sql;
}

/** Whether the server that responds is a standby. */
async function isInRecovery(sql: Pick<Sql, "unsafe">): Promise<unknown> {
  return (await sql.unsafe("select pg_is_in_recovery() as answer"))[0]?.answer;
}

/** Who answers many at once. */
async function answersOf(sql: Sql): Promise<unknown[]> {
  return [...new Set(await Promise.all(Array.from({ length: 60 }, () => isInRecovery(sql))))];
}

it("a pool, the owner and the look at start reach the primary each time, and the next primary after a failover", async () => {
  await standby.becomeStandby();
  const url = await bothHosts();
  const sql = poolTo(url);
  expect(await answersOf(sql)).toEqual([false]);
  for (let time = 0; time < 4; time += 1) {
    expect((await inspectServer(url)).isStandby).toBe(false);
    const owner = connectAsOwner(url);
    expect(await isInRecovery(owner)).toBe(false);
    await owner.end();
  }

  await primary.close();
  await expect(isInRecovery(sql)).rejects.toThrow();
  await asAdmin(standby.adminUrl, "select pg_promote()");
  while ((await isInRecovery(sql).catch(() => undefined)) !== false);
  expect(await answersOf(sql)).toEqual([false]);
});

it("where all are standbys, fails with that, and soon", async () => {
  await standby.becomeStandby();
  const { host } = new URL(standby.adminUrl);
  const sql = poolTo(addressOf(`${host},${host}`));
  for (let time = 0; time < 3; time += 1)
    await expect(isInRecovery(sql)).rejects.toMatchObject({ code: "CONNECTION_STANDBY" });
});

it("read-write asks for more: a primary that takes no writes by default is none", async () => {
  const url = await bothHosts("?target_session_attrs=read-write");
  const alter = `alter role ${ROLE} in database postgres`;
  await asAdmin(inject("adminUrl"), `${alter} set default_transaction_read_only = on`);
  await expect(isInRecovery(poolTo(url))).rejects.toMatchObject({
    code: expect.stringMatching(/^CONNECTION_(STANDBY|READ_ONLY)$/),
  });
  await asAdmin(inject("adminUrl"), `${alter} reset default_transaction_read_only`);
  expect(await answersOf(poolTo(url))).toEqual([false]);
});

it("a connection that is lost in its first statement fails it, however many hosts there are", async () => {
  const url = await bothHosts();
  const sql = poolTo(url);
  primary.arm({ point: "before-complete", kind: "cut", matching: "the first", times: 1 });
  await expect(sql`select ${"the first"}::text`).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(await answersOf(sql)).toEqual([false]);
});
