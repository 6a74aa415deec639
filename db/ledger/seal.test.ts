/** The sealer: every transfer is sealed exactly once, in one valid chain, whoever seals and however late it committed. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { pay } from "../payments/pay.ts";
import { afterRestore } from "../setup/after-restore.ts";
import { rolledBack, superuser, testDatabase } from "../testing/fixtures/database.ts";
import {
  insertTransfer,
  journal,
  SEALING_LIMIT_MS,
  sealAll,
  verifyJournal,
} from "../testing/fixtures/journal.ts";
import { newPerson, transferKey } from "../testing/fixtures/people.ts";
import { sealAtStart, sealingStall, sealTransfers } from "./seal.ts";

const test = testDatabase();

/** More sealers than any deployment has servers that start at the same moment. */
const SEALERS = 6;
/** Enough that sealers meet while transfers are being written. */
const PAYMENTS = 100;

async function step(rowsMax: number): Promise<number> {
  const [row] = await test.db.readingSql<
    { sealed: number }[]
  >`select seal_transfers_v1(${rowsMax}) as sealed`;
  return row?.sealed ?? 0;
}

async function sealedTransfers(): Promise<string[]> {
  return (await journal(test.owner)).map((seal) => seal.transferId);
}

/** Fails unless every transfer has one seal, the positions have no gap and the chain is whole. */
async function expectJournalWhole(): Promise<void> {
  const transfers = await test.owner<{ id: string }[]>`select id from ledger_transfers order by id`;
  const seals = await journal(test.owner);
  expect(seals.map((seal) => seal.transferId).sort()).toEqual(transfers.map((row) => row.id));
  expect(seals.map((seal) => seal.position)).toEqual(seals.map((_, at) => BigInt(at + 1)));
  expect(await verifyJournal(test.owner)).toEqual([]);
}

describe("several sealers at once", () => {
  it("seal each transfer exactly once, in one chain, while payments are made", async () => {
    const [payer, payee] = [await newPerson(test.owner, 10_000n), await newPerson(test.owner, 0n)];
    let paying = true;
    const seal = async (): Promise<void> => {
      while (paying) await sealTransfers();
    };
    const payOnce = async (): Promise<void> => {
      const key = await transferKey(payer);
      const amount = { amountMinor: "7", currency: "USD" };
      await pay(payer.id, key, { operation: "transfer", payee: payee.handle, ...amount });
    };
    const payments = Promise.all(Array.from({ length: PAYMENTS }, payOnce)).finally(() => {
      paying = false;
    });
    await Promise.all([payments, ...Array.from({ length: SEALERS }, seal)]);
    await sealAll(test.owner);
    await expectJournalWhole();
  });
});

describe("a transaction that begins early and commits late", () => {
  it("is sealed later and not missed, though its id is lower than others'", async () => {
    await sealAll(test.owner);
    const before = await sealedTransfers();
    const late = await test.owner.reserve();
    await late`begin`;
    const lateId = await insertTransfer(late);
    const quickId = await insertTransfer(test.owner);
    await sealTransfers();
    // Not even the quick one, whose transaction is the younger: what is sealed below a running one is all there is.
    expect(await sealedTransfers()).toEqual(before);
    await late`commit`;
    late.release();
    await sealAll(test.owner);
    expect(await sealedTransfers()).toEqual([...before, lateId, quickId]);
    await expectJournalWhole();
  });

  it("leaves no trace where it is rolled back", async () => {
    await sealAll(test.owner);
    const before = await sealedTransfers();
    const late = await test.owner.reserve();
    await late`begin`;
    await insertTransfer(late);
    const quickId = await insertTransfer(test.owner);
    await sealTransfers();
    await late`rollback`;
    late.release();
    await sealAll(test.owner);
    expect(await sealedTransfers()).toEqual([...before, quickId]);
  });
});

describe("a step", () => {
  it("stops in the middle of a transaction, and the next ones take the rest of it", async () => {
    await sealAll(test.owner);
    const before = await sealedTransfers();
    const big = await test.owner.reserve();
    await big`begin`;
    const ids: string[] = [];
    for (let n = 0; n < 25; n += 1) ids.push(await insertTransfer(big));
    await big`commit`;
    big.release();
    const next = await insertTransfer(test.owner);
    await expect.poll(() => step(10), { timeout: SEALING_LIMIT_MS }).toBe(10);
    expect([await step(10), await step(4)]).toEqual([10, 4]);
    await sealAll(test.owner);
    expect(await sealedTransfers()).toEqual([...before, ...ids.sort(), next]);
    await expectJournalWhole();
  });

  it("is not stopped by an id with two payments, which must never be", async () => {
    await rolledBack(test.owner, async (sql) => {
      const id = await insertTransfer(sql);
      await sql`
      insert into payments
      select ${randomUUID()}, id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency,
             payer_account_id, payee_account_id, note, request_hash, renderer, settled_at
        from payments where id = ${id}`;
      // In another server's numbering a step also takes what its own transaction wrote: no need to commit this.
      await sql`update ledger_seal_head set system_identifier = 1`;
      await sql`select seal_transfers_v1(1000)`;
      expect(await sql`select position from ledger_seals where transfer_id = ${id}`).toHaveLength(1);
      expect(await verifyJournal(sql)).toMatchObject([{ transferId: id, fault: "altered" }]);
    });
  });

  it("of no rows is refused", async () => {
    await expect(step(0)).rejects.toThrow("one transfer or more");
  });
});

describe("a dump restored on another server", () => {
  it("goes on in the new server's numbering, and neither old nor new transfers are missed", async () => {
    await sealAll(test.owner);
    const old = 1_000_000_000_000n;
    const admin = superuser(test.appUrl);
    const moveElsewhere = (sealedBelow: bigint) =>
      admin`update ledger_seal_head set system_identifier = 1, sealed_below = ${sealedBelow.toString()}::xid8`;
    const running = await test.owner.reserve();
    try {
      // As it was dumped: one old transfer sealed, with an id that this server has not come to; others not.
      const sealedThere = await insertTransfer(test.owner, { transactionId: old });
      await moveElsewhere(0n);
      await sealAtStart(test.ownerUrl);
      expect(await sealedTransfers()).toContain(sealedThere);
      await moveElsewhere(old + 3n);
      const sealed = await sealedTransfers();

      await running`begin`;
      const late = await insertTransfer(running);
      const [row] = await running<{ id: string }[]>`select pg_current_xact_id()::text as id`;
      const runningId = BigInt(row?.id ?? "0");
      const [low, twin, high] = [
        await insertTransfer(test.owner, { transactionId: 5n }),
        await insertTransfer(test.owner, { transactionId: runningId }),
        await insertTransfer(test.owner, { transactionId: old + 7n }),
      ];
      const fresh = await insertTransfer(test.owner);
      expect(await step(2)).toBe(2);
      expect(await step(10)).toBe(2);
      expect((await sealedTransfers()).slice(sealed.length)).toEqual([low, twin, fresh, high]);
      expect(await verifyJournal(test.owner)).toEqual([]);

      await running`commit`;
      const later = await insertTransfer(test.owner);
      await sealAll(test.owner);
      expect((await sealedTransfers()).slice(sealed.length + 4)).toEqual([late, later]);
      await expectJournalWhole();
    } finally {
      running.release();
      await admin.end({ timeout: 5 });
    }
  });

  it("is told by ids that this server has not come to, where servers do not say who they are", async () => {
    await sealAll(test.owner);
    const admin = superuser(test.appUrl);
    await admin`update ledger_seal_head set sealed_below = '1000000000000'`;
    await admin.end({ timeout: 5 });
    await insertTransfer(test.owner);
    await sealAll(test.owner);
    await expectJournalWhole();
  });
});

describe("sealing that cannot go on is reported:", () => {
  it("a transaction that stays open holds it up", async () => {
    await sealAll(test.owner);
    expect(await sealingStall()).toBeUndefined();
    const open = await test.owner.reserve();
    await open`begin`;
    await open`select pg_current_xact_id()`;
    await insertTransfer(test.owner, { settledAt: "clock_timestamp() - interval '2 minutes'" });
    await sealTransfers();
    const stall = await sealingStall();
    expect(stall).toMatchObject({ type: "held-up" });
    expect(stall?.type === "held-up" && stall.seconds).toBeGreaterThanOrEqual(120);
    await open`rollback`;
    open.release();
    await sealAll(test.owner);
    expect(await sealingStall()).toBeUndefined();
  });

  it("a dump restored on a copy of its server, which has the same identifier, waits for `npm run restored`", async () => {
    await sealAll(test.owner);
    const foreign = await insertTransfer(test.owner, { transactionId: 1_000_000_000_000n });
    await sealTransfers();
    expect(await sealedTransfers()).not.toContain(foreign);
    expect(await sealingStall()).toEqual({ type: "foreign" });
    expect(await afterRestore(test.ownerUrl)).toMatchObject({ transfersSealed: 1 });
    expect(await sealingStall()).toBeUndefined();
    await insertTransfer(test.owner);
    await sealAll(test.owner);
    await expectJournalWhole();
  });

  it("as many transfers as a dump may bring are taken over at start, in as many steps as it takes", async () => {
    await sealAll(test.owner);
    const admin = superuser(test.appUrl);
    await admin`update ledger_seal_head set system_identifier = 1, sealed_below = '999'`;
    await admin.end({ timeout: 5 });
    const many = 12_000;
    await test.owner.unsafe(`
      with made as (
        insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                              payee_account_id, request_hash, renderer, settled_at)
        select gen_random_uuid(), id, 'transfer', id, 'succeeded', 5, 'USD', id, gen_random_uuid(), sha256('x'), 1, now()
          from (select gen_random_uuid() as id from generate_series(1, ${many})) ids
        returning id, payer_account_id, payee_account_id, settled_at)
      insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                    debit_version, credit_balance_minor, credit_version, transaction_id, created_at)
      select id, payer_account_id, payee_account_id, 5, 'USD', 0, 1, 5, 1, '1000000000007', settled_at from made`);
    expect(await sealAtStart(test.ownerUrl)).toBe(many);
    await expectJournalWhole();
  });
});

describe("a session's settings", () => {
  const SETTINGS = [
    {},
    { TimeZone: "Asia/Kathmandu", DateStyle: "SQL, DMY", bytea_output: "escape", extra_float_digits: "-15" },
    { TimeZone: "America/St_Johns", DateStyle: "German", IntervalStyle: "sql_standard", array_nulls: "off" },
    {
      standard_conforming_strings: "off",
      quote_all_identifiers: "on",
      search_path: "pg_temp, public",
      xmlbinary: "hex",
    },
  ];

  it("change nothing about a hash: what is sealed under some verifies under all", async () => {
    const sessions = SETTINGS.map((connection) =>
      postgres(test.appUrl, { max: 1, onnotice: () => {}, connection }),
    );
    for (const session of sessions) {
      await sealAll(test.owner);
      await insertTransfer(test.owner);
      const seal = async () => (await session`select seal_transfers_v1(10) as sealed`)[0]?.sealed;
      await expect.poll(seal, { timeout: SEALING_LIMIT_MS }).toBe(1);
    }
    for (const session of sessions) {
      expect(await session`select * from verify_seals_v1()`).toEqual([]);
    }
    await Promise.all(sessions.map((session) => session.end({ timeout: 5 })));
  });
});
