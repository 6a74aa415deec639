/** Whatever happens to a connection, a payment is made once, and everybody gets the same outcome. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connect, type Database, setDatabase } from "../../connection/client.ts";
import { OutcomeUnknown } from "../../execution/until-known.ts";
import { revokeKey } from "../../idempotency/revoke.ts";
import { SERVER_VERSION, testDatabase } from "../../testing/fixtures/database.ts";
import { holdingAccount } from "../../testing/fixtures/hold-lock.ts";
import {
  balanceOf,
  expectBooksRight,
  newTransfer,
  type Person,
  tally,
} from "../../testing/fixtures/people.ts";
import {
  FAULT_POINTS,
  type FaultKind,
  settling,
  startWireProxy,
  type WireProxy,
} from "../../testing/proxies/wire-proxy.ts";
import { pay } from "../pay.ts";

const test = testDatabase();
let proxy: WireProxy;
let behindProxy: Database;
/** Sees and ends what other roles' backends do. */
let admin: postgres.Sql;

const START_MINOR = 100n;
/** Where a statement's own conversation can break: everywhere but after it. */
const POINTS = FAULT_POINTS.filter((point) => point !== "next-message");

beforeAll(async () => {
  const url = new URL(test.appUrl);
  proxy = await startWireProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  behindProxy = connect(url.href, SERVER_VERSION);
  admin = postgres(inject("adminUrl"), { max: 1, onnotice: () => {} });
});

afterAll(async () => {
  await Promise.all([behindProxy.close(), admin.end()]);
  await proxy.close();
});

function databaseName(): string {
  return new URL(test.appUrl).pathname.slice(1);
}

/** Everything up to the payment itself goes straight to the server. */
function prepare() {
  setDatabase(test.db);
  return newTransfer(test.owner);
}

describe("a lost connection", () => {
  for (const kind of ["cut", "black-hole"] as const satisfies readonly FaultKind[]) {
    it(`(${kind}) neither loses nor repeats a payment, wherever it happens`, async () => {
      const tries = await Promise.all(POINTS.map(async (point) => ({ point, ...(await prepare()) })));
      setDatabase(behindProxy);
      const before = proxy.fired();
      const results = [];
      // One after another: in one batch, what breaks one would keep another's locks, and its fault from being met.
      for (const { point, payer, key, command } of tries) {
        proxy.arm({ point, kind, matching: settling(key), times: 1 });
        const first = await pay(payer.id, key, command);
        results.push([point, tally([first]), tally([await pay(payer.id, key, command)])]);
      }
      expect(proxy.fired() - before).toBe(POINTS.length);
      expect(results).toEqual([
        ["before-statement", { paid: 1 }, { "paid again": 1 }],
        ["before-sync", { paid: 1 }, { "paid again": 1 }],
        // Whether the server got as far as the commit is decided by when it notices that we are gone.
        ["mid-row", expect.anything(), { "paid again": 1 }],
        ["before-complete", expect.anything(), { "paid again": 1 }],
        ["after-commit", { "paid again": 1 }, { "paid again": 1 }],
      ]);
      setDatabase(test.db);
      for (const { payer } of tries)
        expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR - 10n);
      await expectBooksRight(test.owner);
    });
  }

  it("that keeps being lost is unknown, and the same key finds the outcome later", async () => {
    const { payer, key, command } = await prepare();
    setDatabase(behindProxy);
    proxy.arm({ point: "after-commit", kind: "cut", matching: settling(key), times: 3 });
    await expect(pay(payer.id, key, command)).rejects.toThrow(OutcomeUnknown);
    expect(tally([await pay(payer.id, key, command)])).toEqual({ "paid again": 1 });
    setDatabase(test.db);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR - 10n);
  });

  it("while revoking leaves no third answer", async () => {
    for (const point of ["before-statement", "after-commit"] as const) {
      const { payer, key, command } = await prepare();
      setDatabase(behindProxy);
      const before = proxy.fired();
      proxy.arm({ point, kind: "cut", matching: key, times: 1 });
      expect(await revokeKey(payer.id, key)).toEqual({ state: "void" });
      expect(proxy.fired() - before).toBe(1);
      setDatabase(test.db);
      expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
    }
  });
});

describe("a statement caught in the middle", () => {
  const whileHeld = <T>(payer: Person, work: () => Promise<T>) =>
    holdingAccount(test.owner, payer.accountId, work);

  /** Resolves with the start of the settlement that waits for a lock; a later one than `after` where that is given. */
  async function untilSettlingWaits(after?: Date): Promise<Date> {
    for (;;) {
      const [waiting] = await admin<{ since: Date }[]>`
        select query_start as since from pg_stat_activity
         where datname = ${databaseName()} and application_name = 'once settling' and wait_event_type = 'Lock'`;
      if (waiting && waiting.since.getTime() !== after?.getTime()) return waiting.since;
    }
  }

  it.each([
    ["a terminated backend", "57P01", "pg_terminate_backend"],
    ["a cancel", "57014", "pg_cancel_backend"],
  ])("by %s is sent again (%s)", async (_what, _code, how) => {
    const { payer, key, command } = await prepare();
    const { paying } = await whileHeld(payer, async () => {
      const paying = pay(payer.id, key, command);
      await untilSettlingWaits();
      await admin`
        select ${admin(how)}(pid) from pg_stat_activity
         where datname = ${databaseName()} and application_name = 'once settling'`;
      return { paying };
    });
    expect(tally([await paying])).toEqual({ paid: 1 });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR - 10n);
  });

  it("by another session's lock gives up, and is sent again (55P03)", async () => {
    const { payer, key, command } = await prepare();
    const { paying } = await whileHeld(payer, async () => {
      const paying = pay(payer.id, key, command);
      // A second statement waits: the first one met its lock timeout.
      await untilSettlingWaits(await untilSettlingWaits());
      return { paying };
    });
    expect(tally([await paying])).toEqual({ paid: 1 });
  });

  it("by a lock that nobody lets go is unknown, and its key is open for the next try", async () => {
    const { payer, key, command } = await prepare();
    await whileHeld(payer, () => expect(pay(payer.id, key, command)).rejects.toThrow(OutcomeUnknown));
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
  });
});

describe("a server without free connections", () => {
  it("leaves the outcome unknown, and the key open for the next try (53300)", async () => {
    const { payer, key, command } = await prepare();
    // A role that may have one connection, which reading takes: settling finds none.
    const role = `once_few_${randomUUID().slice(0, 8)}`;
    await admin.unsafe(`create role ${role} login password 'few' connection limit 1 in role once_app`);
    const url = new URL(test.appUrl);
    url.username = role;
    url.password = "few";
    const crowded = connect(url.href, SERVER_VERSION);
    setDatabase(crowded);
    await expect(pay(payer.id, key, command)).rejects.toThrow(OutcomeUnknown);
    await crowded.close();
    setDatabase(test.db);
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
    await admin.unsafe(`drop role ${role}`);
  });
});
