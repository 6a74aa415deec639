/** A server that is set up badly is told so at start; what our own code can put right is put right. */
import path from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { database } from "../connection/client.ts";
import { pay } from "../payments/pay.ts";
import { balanceOf, expectBooksRight, newTransfer, tally } from "../testing/fixtures/people.ts";
import { type PlainServer, startPlainServer } from "../testing/fixtures/plain-server.ts";
import { plantFromEnvironment } from "../testing/mutants/mutants.ts";
import { connectAsOwner } from "./migrate.ts";
import { provision } from "./provision.ts";
import { seedDemo } from "./seed.ts";
import { faultsOf, inspectServer, type Server, warningsOf } from "./server-check.ts";
import { startDatabase } from "./start.ts";

const GOOD: Server = {
  version: 15,
  role: "once_app",
  isStandby: false,
  missingStandbys: "",
  fsync: "on",
  fullPageWrites: "on",
  synchronousCommit: "on",
  isolation: "read committed",
  encoding: "UTF8",
};

describe("of a server, by what it says of itself,", () => {
  it.each([{}, { version: 18 }, { synchronousCommit: "remote_apply" }])(
    "nothing is wrong with %j",
    (said) => {
      expect(faultsOf({ ...GOOD, ...said })).toEqual([]);
      expect(warningsOf({ ...GOOD, ...said })).toEqual([]);
    },
  );

  it.each<[Partial<Server>, RegExp]>([
    [{ version: 14 }, /needs PostgreSQL 15 or newer; this server is version 14/],
    [{ isStandby: true }, /is a standby/],
    [{ missingStandbys: "s1" }, /synchronous_standby_names is s1, and no standby is connected/],
    [{ fsync: "off" }, /fsync is off/],
    [{ encoding: "SQL_ASCII" }, /encoding is SQL_ASCII/],
    [{ encoding: "LATIN1" }, /encoding is LATIN1/],
    [{ fullPageWrites: "off" }, /full_page_writes is off/],
  ])("%j is a fault", (said, words) => {
    expect(faultsOf({ ...GOOD, ...said })).toEqual([expect.stringMatching(words)]);
    expect(warningsOf({ ...GOOD, ...said })).toEqual([]);
  });

  it.each<[Partial<Server>, RegExp]>([
    [{ synchronousCommit: "off" }, /synchronous_commit is off/],
    [{ synchronousCommit: "local" }, /synchronous_commit is local/],
    [{ synchronousCommit: "remote_write" }, /synchronous_commit is remote_write/],
    [{ isolation: "repeatable read" }, /default_transaction_isolation is repeatable read/],
    [{ isolation: "serializable" }, /default_transaction_isolation is serializable/],
  ])("%j is worth a warning", (said, words) => {
    expect(faultsOf({ ...GOOD, ...said })).toEqual([]);
    expect(warningsOf({ ...GOOD, ...said })).toEqual([expect.stringMatching(words)]);
  });

  it("all that is wrong is said at once", () => {
    expect(
      faultsOf({ ...GOOD, version: 9, isStandby: true, fsync: "off", fullPageWrites: "off" }),
    ).toHaveLength(4);
  });
});

describe("a real server", () => {
  let server: PlainServer;
  let urls: { databaseUrl: string; ownerUrl: string };
  let owner: postgres.Sql<{ bigint: bigint }>;
  const warn = vi.spyOn(console, "warn");

  beforeAll(async () => {
    server = await startPlainServer();
    const { appUrl, ownerUrl } = await provision(server.adminUrl, "once");
    urls = { databaseUrl: appUrl, ownerUrl };
    owner = postgres(ownerUrl, { max: 1, onnotice: () => {}, types: { bigint: postgres.BigInt } });
  });

  beforeEach(() => {
    warn.mockReset().mockImplementation(() => {});
  });

  afterEach(async () => {
    for (const name of ["fsync", "full_page_writes", "synchronous_commit", "default_transaction_isolation"]) {
      await server.set(name, null);
    }
  });

  afterAll(async () => {
    vi.restoreAllMocks();
    await owner.end();
    await server.remove();
  });

  /** Nothing is read from `dataDir` where a database is given. */
  const start = () => startDatabase({ ...urls, dataDir: path.join(".data", "none"), demo: false });

  it("as it comes has no fault", async () => {
    const found = await inspectServer(urls.databaseUrl);
    expect(found).toMatchObject({ role: "once_app", isStandby: false });
    expect([faultsOf(found), warningsOf(found)]).toEqual([[], []]);
  });

  it.each([
    ["fsync", "fsync is off: a payment that was reported as made can be lost in a crash."],
    ["full_page_writes", "full_page_writes is off: a crash can tear pages of the ledger."],
  ])("without %s is refused, in words, before anything is made in it", async (name, words) => {
    await server.set(name, "off");
    await expect(start()).rejects.toThrow(words);
    expect(await owner`select 1 from pg_tables where schemaname = 'public'`).toHaveLength(0);
  });

  it("that commits without waiting and isolates otherwise is warned of; payments are durable and read committed", async () => {
    await server.set("synchronous_commit", "off");
    await server.set("default_transaction_isolation", "repeatable read");
    await server.set("wal_writer_delay", "10s");
    // Migrations and the demo's seed come through as well.
    await start();
    expect(warn.mock.calls.flat()).toEqual([
      expect.stringContaining("synchronous_commit is off"),
      expect.stringContaining("default_transaction_isolation is repeatable read"),
    ]);
    await seedDemo(urls.ownerUrl);
    const planting = connectAsOwner(urls.ownerUrl);
    await plantFromEnvironment(planting);
    await planting.end();

    const db = database();
    for (const sql of [db.settling, db.keys, db.readingSql]) {
      const [row] = await sql`select current_setting('transaction_isolation') as level`;
      expect(row?.level).toBe("read committed");
    }
    await owner.unsafe(`
      create table seen (isolation text, commit text);
      create function see() returns trigger language plpgsql security definer as $$
        begin
          insert into public.seen
          values (current_setting('transaction_isolation'), current_setting('synchronous_commit'));
          return new;
        end $$;
      create trigger see before insert on payments for each row execute function see()`);
    const { payer, key, command } = await newTransfer(owner);
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });

    // At once, before anybody else could have written the log.
    await server.crash();
    expect(tally([await pay(payer.id, key, command)])).toEqual({ "paid again": 1 });
    expect(await balanceOf(owner, payer.accountId)).toBe(90n);
    expect(await owner`select distinct isolation, commit from seen`).toEqual([
      { isolation: "read committed", commit: "on" },
    ]);
    await expectBooksRight(owner);
    await db.close();
  });
});
