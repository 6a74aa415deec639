/**
 * Where synchronous standbys are configured, nothing is answered that a standby may not have: neither what was just
 * written, nor what was only read. A server of its own, because the setting is the whole server's.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { connect, type Database, setDatabase } from "../connection/client.ts";
import { type EmbeddedServer, removeEmbedded, startEmbedded } from "../embedded/server.ts";
import type { PayCommand } from "../payments/command.ts";
import { pay } from "../payments/pay.ts";
import { migrate } from "../setup/migrate.ts";
import { provision } from "../setup/provision.ts";
import { seedDemo } from "../setup/seed.ts";
import { SERVER_VERSION } from "../testing/fixtures/database.ts";
import {
  keyFor,
  newPerson,
  type Person,
  tally,
  transferKey,
  transferTo,
} from "../testing/fixtures/people.ts";
import { plantFromEnvironment } from "../testing/mutants/mutants.ts";
import { issueKey } from "./issue.ts";
import { revokeKey } from "./revoke.ts";
import { keyState } from "./state.ts";

let folder: string;
let server: EmbeddedServer;
let admin: postgres.Sql;
let owner: postgres.Sql<{ bigint: bigint }>;
let db: Database;
let payer: Person;
let command: Extract<PayCommand, { operation: "transfer" }>;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "once-standby-"));
  server = await startEmbedded(path.join(folder, ".data"));
  const { appUrl, ownerUrl } = await provision(server.adminUrl, "once");
  await migrate(ownerUrl, "once_app");
  owner = postgres(ownerUrl, { max: 1, onnotice: () => {}, types: { bigint: postgres.BigInt } });
  await plantFromEnvironment(owner);
  db = connect(appUrl, SERVER_VERSION);
  setDatabase(db);
  await seedDemo(ownerUrl);
  admin = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
});

beforeEach(async () => {
  const payee = await newPerson(owner, 0n);
  payer = await newPerson(owner, 1_000n);
  command = transferTo(payee, "10");
});

afterAll(async () => {
  await Promise.all([db.close(), owner.end(), admin.end()]);
  await server.stop();
  await removeEmbedded(path.join(folder, ".data"));
  rmSync(folder, { recursive: true, force: true });
});

/** Makes every synchronous commit wait for a standby that is not there, or no longer. */
async function demandStandby(name: string): Promise<void> {
  await admin.unsafe(`alter system set synchronous_standby_names = '${name}'`);
  await admin`select pg_reload_conf()`;
  for (;;) {
    // Each backend reads the new setting when it gets its next statement; a new connection has it from the start.
    const sql = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
    const [row] = await sql`show synchronous_standby_names`;
    await sql.end();
    if (row?.synchronous_standby_names === name) return;
  }
}

/** Resolves when a backend waits for a standby. */
async function untilWaiting(): Promise<void> {
  while ((await admin`select 1 from pg_stat_activity where wait_event = 'SyncRep'`).length === 0);
}

it("every answer that comes from a read waits for the standby", async () => {
  const purpose = { kind: "transfer", intentId: randomUUID() } as const;
  const settledKey = await keyFor(payer.id, purpose);
  await pay(payer.id, settledKey, command);
  const voidKey = randomUUID();
  // Of a purpose of its own: two that issue for the same one wait for each other.
  const other = { kind: "transfer", intentId: randomUUID() } as const;
  await pay(payer.id, await keyFor(payer.id, other), command);
  const issueWithoutRoom = async () =>
    db.keys`select verdict from issue_key_v1(${payer.id}, ${randomUUID()}, 'transfer', ${other.intentId}, null, '1 day', 0)`;

  const asks: [() => Promise<unknown>, object][] = [
    [() => pay(payer.id, settledKey, command), { type: "settled", replayed: true }],
    [() => pay(payer.id, settledKey, { ...command, note: "other" }), { type: "reused" }],
    [() => pay(payer.id, voidKey, command), { type: "void" }],
    [() => keyState(payer.id, settledKey), { state: "settled" }],
    [() => keyState(payer.id, voidKey), { state: "void" }],
    [() => issueKey(payer.id, purpose), { type: "settled" }],
    [issueWithoutRoom, [{ verdict: "settled" }]],
    [() => revokeKey(payer.id, settledKey), { state: "settled" }],
    [() => revokeKey(payer.id, voidKey), { state: "void" }],
  ];
  // One at a time: none may wait longer than its deadline, however slow the machine is.
  for (const [ask, expected] of asks) {
    await demandStandby("nobody");
    let isAnswered = false;
    const answer = ask().finally(() => {
      isAnswered = true;
    });
    await untilWaiting();
    expect(isAnswered).toBe(false);
    await demandStandby("");
    expect(await answer).toMatchObject(expected);
  }
});

it("a wait that is cancelled is unknown, and is sent again", async () => {
  const key = await transferKey(payer);
  await demandStandby("nobody");
  let isAnswered = false;
  const paying = pay(payer.id, key, command).finally(() => {
    isAnswered = true;
  });
  await untilWaiting();
  await admin`select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`;
  // Postgres has said "committed" by now, with a warning; the answer to the payer waits all the same.
  while (db.standbyWaitsCut === 0) await admin`select 1`;
  await untilWaiting();
  expect(isAnswered).toBe(false);
  await demandStandby("");
  expect(tally([await paying])).toEqual({ "paid again": 1 });
});
