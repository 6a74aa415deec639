/**
 * Keys whose rows should not be there: brought back by a restore, or issued in another database. Such a row is worth as
 * much as none: nothing executes under it, and it is in nobody's way.
 */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { pay } from "../payments/pay.ts";
import { settlingLoad } from "../payments/settle.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { balanceOf, expectBooksRight, newTransfer, tally, topUp } from "../testing/fixtures/people.ts";
import { issueKey } from "./issue.ts";
import { reapKeys } from "./reap.ts";
import { revokeKey } from "./revoke.ts";
import { keyState } from "./state.ts";

const test = testDatabase();

const START_MINOR = 100n;

type Transfer = Awaited<ReturnType<typeof newTransfer>>;

async function isThere(key: string): Promise<boolean> {
  return (await test.owner`select 1 from idempotency_keys where key = ${key}`).length === 1;
}

describe("a revived key, whose row is back while its payment exists,", () => {
  /** As after a restore that brought the key back and not what became of it. */
  async function revive({ payer, purpose, key }: Transfer): Promise<void> {
    await test.owner`
      insert into idempotency_keys
      values (${payer.id}, ${key}, 'transfer', ${purpose.intentId}, null, now() + interval '1 day', database_identity())`;
  }

  it("replays what was paid, executes nothing, and goes", async () => {
    const transfer = await newTransfer(test.owner);
    const { payer, key, command } = transfer;
    const first = await pay(payer.id, key, command);
    await revive(transfer);
    expect(await keyState(payer.id, key)).toMatchObject({ state: "settled" });
    expect(await pay(payer.id, key, command)).toEqual({ ...first, replayed: true });
    expect(await isThere(key)).toBe(false);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR - 10n);
    await expectBooksRight(test.owner);
  });

  it("replays what was declined, even where there is money now, and goes", async () => {
    const transfer = await newTransfer(test.owner, "1000");
    const { payer, key, command } = transfer;
    const first = await pay(payer.id, key, command);
    expect(tally([first])).toEqual({ declined: 1 });
    await topUp(payer, "5000");
    await revive(transfer);
    expect(await pay(payer.id, key, command)).toEqual({ ...first, replayed: true });
    expect(await isThere(key)).toBe(false);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR + 5_000n);
    await expectBooksRight(test.owner);
  });

  it("with another payload is reused, executes nothing, and goes", async () => {
    const transfer = await newTransfer(test.owner, "1000");
    const { payer, key, command } = transfer;
    await pay(payer.id, key, command);
    await revive(transfer);
    const other = { ...command, amountMinor: "1" };
    expect(await pay(payer.id, key, other)).toMatchObject({ type: "reused", payment: { id: key } });
    expect(await isThere(key)).toBe(false);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR);
  });

  it("is not void when it is revoked, and its paid purpose gets no other", async () => {
    const [revoked, reissued] = [await newTransfer(test.owner), await newTransfer(test.owner)];
    for (const transfer of [revoked, reissued]) {
      await pay(transfer.payer.id, transfer.key, transfer.command);
      await revive(transfer);
    }
    expect(await revokeKey(revoked.payer.id, revoked.key)).toMatchObject({ state: "settled" });
    expect(await issueKey(reissued.payer.id, reissued.purpose)).toMatchObject({
      type: "settled",
      payment: { id: reissued.key },
    });
    expect([await isThere(revoked.key), await isThere(reissued.key)]).toEqual([false, false]);
  });

  it("is not handed out again where it was declined: its purpose gets a new one, which pays", async () => {
    const transfer = await newTransfer(test.owner, "1000");
    const { payer, key, purpose, command } = transfer;
    await pay(payer.id, key, command);
    await topUp(payer, "5000");
    await revive(transfer);
    const fresh = await issueKey(payer.id, purpose);
    if (fresh.type !== "created") throw new Error(`Not a new key: ${fresh.type}.`);
    expect(await isThere(key)).toBe(false);
    expect(tally([await pay(payer.id, fresh.key, command)])).toEqual({ paid: 1 });
    await expectBooksRight(test.owner);
  });
});

it("a database is known by its server, its own id, its table of keys and its WAL timeline", async () => {
  const [row] = await test.owner`
    select database_identity() as identity, concat_ws('/',
             (select system_identifier from pg_control_system()),
             (select oid from pg_database where datname = current_database()),
             'idempotency_keys'::regclass::oid,
             (select timeline_id from pg_control_checkpoint())) as expected`;
  expect(row?.identity).toBe(row?.expected);
});

describe("a key of another database counts as absent:", () => {
  /** As after a promotion or a restore, or in a copy, which are databases of their own. */
  async function newStranded(): Promise<Transfer> {
    const transfer = await newTransfer(test.owner);
    await test.owner`update idempotency_keys set issued_in = 'elsewhere' where key = ${transfer.key}`;
    return transfer;
  }

  it("paying with it is void, and moves nothing", async () => {
    const { payer, key, command } = await newStranded();
    expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR);
  });

  it("what was settled under it is answered from the read, without settling", async () => {
    const transfer = await newTransfer(test.owner);
    const { payer, purpose, key, command } = transfer;
    const first = await pay(payer.id, key, command);
    await test.owner`
      insert into idempotency_keys
      values (${payer.id}, ${key}, 'transfer', ${purpose.intentId}, null, now() + interval '1 day', 'elsewhere')`;
    const { sent } = settlingLoad();
    expect(await pay(payer.id, key, command)).toEqual({ ...first, replayed: true });
    expect(settlingLoad().sent).toBe(sent);
    expect(await keyState(payer.id, key)).toMatchObject({ state: "settled" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR - 10n);
  });

  it("its state is void", async () => {
    const { payer, key } = await newStranded();
    expect(await keyState(payer.id, key)).toEqual({ state: "void" });
  });

  it("revoking it is void, and it stays so", async () => {
    const { payer, key, command } = await newStranded();
    expect(await revokeKey(payer.id, key)).toEqual({ state: "void" });
    expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
  });

  it("issuing for its purpose makes a new one, which pays; the old one does not, then or later", async () => {
    const { payer, key, purpose, command } = await newStranded();
    const fresh = await issueKey(payer.id, purpose);
    if (fresh.type !== "created") throw new Error(`Not a new key: ${fresh.type}.`);
    expect(fresh.key).not.toBe(key);
    expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
    expect(tally([await pay(payer.id, fresh.key, command)])).toEqual({ paid: 1 });
    expect(await pay(payer.id, key, command)).toEqual({ type: "void" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(START_MINOR - 10n);
  });

  it("reaping takes it like any other, once it has expired", async () => {
    const { key } = await newStranded();
    await test.owner`update idempotency_keys set expires_at = now() - interval '1 day' where key = ${key}`;
    await reapKeys();
    expect(await isThere(key)).toBe(false);
  });

  it("takes no room among a user's open keys", async () => {
    const { payer } = await newStranded();
    const [issued] = await test.db.keys`
      select verdict from issue_key_v1(${payer.id}, ${randomUUID()}, 'transfer', ${randomUUID()}, null, '1 day', 1)`;
    expect(issued).toEqual({ verdict: "created" });
  });
});
