/**
 * A key that was called void must not pay in a copy of its database, wherever the copy was made from: S6 says never. And
 * whoever was told "void" may have been told so after the copy was made.
 */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { connect, type Database, setDatabase } from "../connection/client.ts";
import { pay } from "../payments/pay.ts";
import { afterRestore } from "../setup/after-restore.ts";
import { migrate } from "../setup/migrate.ts";
import { type Connections, provision } from "../setup/provision.ts";
import { seedDemo } from "../setup/seed.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import { balanceOf, expectBooksRight, newTransfer, tally } from "../testing/fixtures/people.ts";
import { type PlainServer, startPlainServer } from "../testing/fixtures/plain-server.ts";
import { issueKey } from "./issue.ts";
import { revokeKey } from "./revoke.ts";
import { keyState } from "./state.ts";

/** Works in another database for a while, as a server does that was started on it. */
async function inDatabase<T>({ appUrl }: Connections, work: (db: Database) => Promise<T>): Promise<T> {
  const db = connect(appUrl, SERVER_VERSION);
  setDatabase(db);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

describe("in a database that was cloned", () => {
  const test = testDatabase();
  const name = `once_clone_${randomUUID().replaceAll("-", "")}`;

  afterAll(async () => {
    const admin = postgres(inject("adminUrl"), { max: 1, onnotice: () => {} });
    await admin.unsafe(`drop database if exists "${name}" with (force)`);
    await admin.end();
  });

  it("a key of the original is void, and its purpose gets a new one, which pays", async () => {
    const { payer, key, purpose, command } = await newTransfer(test.owner);
    // Cloning wants the original without connections.
    await Promise.all([test.db.close(), test.owner.end({ timeout: 5 })]);
    const admin = postgres(inject("adminUrl"), { max: 1, onnotice: () => {} });
    const original = new URL(test.appUrl).pathname.slice(1);
    const cloneWhenFree = () =>
      admin.unsafe(`create database "${name}" owner once_owner template "${original}"`);
    // Backends end a moment after their clients.
    await expect.poll(() => cloneWhenFree().then(() => "cloned", String), { timeout: 30_000 }).toBe("cloned");
    await admin.end();

    const clone = await provision(inject("adminUrl"), name);
    const owner = postgres(clone.ownerUrl, { max: 1, types: { bigint: postgres.BigInt } });
    await inDatabase(clone, async () => {
      expect(await keyState(payer.id, key)).toEqual({ state: "void" });
      expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
      const fresh = await issueKey(payer.id, purpose);
      if (fresh.type !== "created") throw new Error(`Not a new key: ${fresh.type}.`);
      expect(tally([await pay(payer.id, fresh.key, command)])).toEqual({ paid: 1 });
      expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
      expect(await balanceOf(owner, payer.accountId)).toBe(90n);
      await expectBooksRight(owner);
    });
    await owner.end();
  });
});

describe("in the same database, after a dump was restored over it,", () => {
  const test = testDatabase();

  it("a key that was revoked meanwhile stays void", async () => {
    const { payer, key, command } = await newTransfer(test.owner);
    // What pg_dump keeps of the table, and pg_restore --clean makes of it.
    await test.owner`create table dumped as select * from idempotency_keys`;
    expect(await revokeKey(payer.id, key)).toEqual({ state: "void" });
    const likeIt = "(like idempotency_keys_old including all)";
    await test.owner.unsafe(`
      alter table idempotency_keys rename to idempotency_keys_old;
      create table idempotency_keys ${likeIt};
      insert into idempotency_keys select * from dumped;
      grant select on idempotency_keys to once_app;
      drop table idempotency_keys_old`);
    expect(await keyState(payer.id, key)).toEqual({ state: "void" });
    expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(100n);
  });
});

describe("on a snapshot of the disk", () => {
  let server: PlainServer;
  let original: Connections;
  beforeAll(async () => {
    server = await startPlainServer();
    original = await provision(server.adminUrl, "once");
    await migrate(original.ownerUrl, "once_app");
    await inDatabase(original, () => seedDemo(original.ownerUrl));
  });
  afterAll(() => server.remove());

  it("nothing tells a key of before, so `npm run restored` voids them all, and whoever paid gets a new one", async () => {
    const owner = postgres(original.ownerUrl, { max: 1, types: { bigint: postgres.BigInt } });
    const { payer, key, purpose, command } = await inDatabase(original, async () => {
      const transfer = await newTransfer(owner);
      // A new key's commit does not wait for the disk; finding it does.
      expect(await issueKey(transfer.payer.id, transfer.purpose)).toMatchObject({ type: "found" });
      return transfer;
    });
    await owner.end();

    const copy = await server.snapshot();
    try {
      expect(await inDatabase(original, () => revokeKey(payer.id, key))).toEqual({ state: "void" });
      const restored = await provision(copy.adminUrl, "once");
      const books = postgres(restored.ownerUrl, { max: 1, types: { bigint: postgres.BigInt } });
      // The fault itself: here it is still open, though its payer was told that it never will pay.
      expect(await inDatabase(restored, () => keyState(payer.id, key))).toMatchObject({ state: "open" });
      expect(await afterRestore(restored.ownerUrl)).toMatchObject({ keysVoided: 1 });
      await inDatabase(restored, async () => {
        expect(await keyState(payer.id, key)).toEqual({ state: "void" });
        expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
        const fresh = await issueKey(payer.id, purpose);
        if (fresh.type !== "created") throw new Error(`Not a new key: ${fresh.type}.`);
        expect(tally([await pay(payer.id, fresh.key, command)])).toEqual({ paid: 1 });
        expect(await balanceOf(books, payer.accountId)).toBe(90n);
        await expectBooksRight(books);
      });
      await books.end();
    } finally {
      await copy.remove();
    }
  });
});
