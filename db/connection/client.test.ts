/** The pools: a read does not wait for ever, and a pool that was given up leaves nothing behind. */
import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import type postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { users } from "../schema/auth.ts";
import { SERVER_VERSION, superuser, testDatabase } from "../testing/fixtures/database.ts";
import { newPerson } from "../testing/fixtures/people.ts";
import { startWireProxy, type WireProxy } from "../testing/proxies/wire-proxy.ts";
import { connect, type Database } from "./client.ts";

const test = testDatabase();
let proxy: WireProxy;
let db: Database;
/** Sees what other roles' backends do, and may set what they are set to. */
let admin: postgres.Sql;

beforeAll(async () => {
  admin = superuser(test.appUrl);
  const url = new URL(test.appUrl);
  proxy = await startWireProxy(url.hostname, Number(url.port));
});

beforeEach(() => {
  const url = new URL(test.appUrl);
  url.port = String(proxy.port);
  db = connect(url.href, SERVER_VERSION);
});

afterEach(() => db.close());
afterAll(() => Promise.all([proxy.close(), admin.end()]));

/** Arms the proxy: the next statement with what is returned gets no answer, on a connection that stays open. */
function blackHole(): string {
  const matching = randomUUID();
  proxy.arm({ point: "before-statement", kind: "black-hole", matching, times: 1 });
  return matching;
}

describe("a read that gets no answer", () => {
  it("misses its deadline, and code that keeps Drizzle's object reads on through it", async () => {
    const person = await newPerson(test.owner, 0n);
    const { reading } = db;
    const read = (id: string) => reading.select().from(users).where(eq(users.id, id));
    const before = await read(person.id);
    expect(before).toHaveLength(1);
    await expect(read(blackHole())).rejects.toMatchObject({ cause: { code: "DEADLINE_MISSED" } });
    expect(await read(person.id)).toEqual(before);
  });

  it("misses it without Drizzle as well, and its pool is replaced", async () => {
    const { readingSql } = db;
    const ask = (text: string) => readingSql<{ pid: number }[]>`
      select ${text}::text as said, 1::bigint as big_one, ${"[1]"}::jsonb as list, pg_backend_pid() as pid`;
    const before = (await Promise.all([ask("one"), ask("two")])).flat().map((row) => row.pid);
    await expect(ask(blackHole())).rejects.toMatchObject({ code: "DEADLINE_MISSED" });
    const [after] = await ask("more");
    expect(after).toMatchObject({ said: "more", bigOne: 1n, list: [1] });
    expect(before).not.toContain(after?.pid);
  });

  it("holds up nobody whose read is a fragment of another, or asks for its values", async () => {
    const { readingSql } = db;
    const fragment = readingSql`${"x"}::text as said`;
    expect(await readingSql`select ${fragment}`).toEqual([{ said: "x" }]);
    expect(await readingSql`select 1`.values()).toEqual([[1]]);
    await expect(readingSql`select nothing`.catch((error: unknown) => error)).resolves.toMatchObject({
      code: "42703",
    });
  });
});

it("an interactive transaction is refused, and not half done", async () => {
  await expect(db.reading.transaction(async () => {})).rejects.toThrow("no interactive transactions");
});

describe("a pool that was given up", () => {
  const LOCK = 4711;
  /** Statements that run until the lock is let go, as many as the pool has connections; and some behind them. */
  const waitForLock = () =>
    Promise.allSettled(
      Array.from({ length: 20 }, () => db.keys`select pg_advisory_xact_lock_shared(${LOCK})`),
    );

  async function backends(where: "waiting" | "all"): Promise<number> {
    const [row] = await admin<{ count: number }[]>`
      select count(*)::int from pg_stat_activity
       where datname = current_database() and application_name = 'once keys'
         and (${where} = 'all' or wait_event_type = 'Lock')`;
    return row?.count ?? 0;
  }

  it("ends what runs, fails what waits for a connection, and has no connection any more", async () => {
    const holder = await test.owner.reserve();
    await holder`select pg_advisory_lock(${LOCK})`;
    const all = waitForLock();
    while ((await backends("waiting")) < 8);
    db.replacePool("keys", db.keys);
    await holder`select pg_advisory_unlock(${LOCK})`;
    holder.release();
    const results = await all;
    expect(results.slice(0, 8).map((result) => result.status)).toEqual(Array(8).fill("fulfilled"));
    expect(results.slice(8)).toEqual(
      Array(12).fill({
        status: "rejected",
        reason: expect.objectContaining({ code: expect.stringMatching(/^CONNECTION_/) }),
      }),
    );
    while ((await backends("all")) > 0);
  });

  it("is cut when too many are ending: the oldest first, at once", async () => {
    const hanging: Promise<unknown>[] = [];
    for (let pool = 0; pool < 4; pool += 1) {
      const fired = proxy.fired();
      hanging.push(db.keys`select ${blackHole()}::text`.catch((error: unknown) => error));
      while (proxy.fired() === fired) await new Promise((resolve) => setImmediate(resolve));
      db.replacePool("keys", db.keys);
    }
    const [oldest, ...others] = await Promise.all(hanging);
    // Cut by us, while the driver ends the others when they have had their time.
    expect(oldest).toMatchObject({ name: "ConnectionFailed", code: "CONNECTION_DESTROYED" });
    expect(others).toEqual(
      Array(3).fill(expect.objectContaining({ name: "Error", code: "CONNECTION_DESTROYED" })),
    );
  });
});

it("warnings always arrive: of a cancelled wait for a standby there is nothing else", async () => {
  await admin.unsafe(
    `alter database "${new URL(test.appUrl).pathname.slice(1)}" set client_min_messages = error`,
  );
  for (const sql of [db.settling, db.keys, db.readingSql]) {
    expect(await sql`show client_min_messages`).toEqual([{ clientMinMessages: "warning" }]);
  }
});
