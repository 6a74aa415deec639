/** A receipt shows each of a payment's people what is theirs to know, and nothing of the other's. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { flushAttempts, recordAttempt } from "../../attempts/record.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { sealAll } from "../../testing/fixtures/journal.ts";
import { keyFor, newOrder, newPerson, type Person } from "../../testing/fixtures/people.ts";
import { rowsReadBy } from "../../testing/fixtures/rows-read.ts";
import { pay } from "../pay.ts";
import { findReceipt } from "./receipt.ts";

const test = testDatabase();

type Channel = "api" | "action" | "form";
type Verdict = "paid" | "declined" | "replayed";

function arrive(userId: string, key: string, channel: Channel, verdict: Verdict, arrivedAt: string): void {
  recordAttempt({
    userId,
    key,
    channel,
    verdict,
    arrivedAt: new Date(arrivedAt),
    requestId: `of-${channel}`,
  });
}

async function sale(amountMinor = "1000", balanceMinor = 5_000n) {
  const merchant = await newPerson(test.owner, 700n, "merchant");
  const payer = await newPerson(test.owner, balanceMinor);
  const { purpose, command } = await newOrder(merchant, amountMinor);
  const id = await keyFor(payer.id, purpose);
  const result = await pay(payer.id, id, command);
  expect(result.type).toBe("settled");
  return { id, merchant, payer };
}

it("says of an order whether somebody who sells nothing asked for it", async () => {
  const { id, payer } = await sale();
  expect(await findReceipt(payer.id, id)).not.toHaveProperty("isRequest");
  const [friend, other] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 100n)];
  const { purpose, command } = await newOrder(friend, "60");
  const key = await keyFor(other.id, purpose);
  await pay(other.id, key, command);
  await test.owner`update users set role = 'merchant' where id = ${friend.id}`;
  for (const { id: viewer } of [friend, other])
    expect(await findReceipt(viewer, key)).toMatchObject({ isRequest: true });
});

async function refund(merchant: Person, paymentId: string, amountMinor: string): Promise<string> {
  const key = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
  const result = await pay(merchant.id, key, { operation: "refund", paymentId, amountMinor });
  expect(result).toMatchObject({ type: "settled", payment: { status: "succeeded" } });
  return key;
}

describe("what the payer sees", () => {
  it("each arrival in its order, when the key was issued, and the own side of the transfer", async () => {
    const before = Date.now();
    const { id, payer, merchant } = await sale();
    arrive(payer.id, id, "action", "paid", "2026-03-02T09:38:12.001Z");
    arrive(payer.id, id, "form", "replayed", "2026-03-02T09:38:12.003Z");
    arrive(payer.id, id, "api", "replayed", "2026-03-02T09:38:12.002Z");
    const receipt = await findReceipt(payer.id, id);
    expect(receipt?.proof.arrivals).toEqual([
      {
        id: expect.any(String),
        arrivedAt: "2026-03-02T09:38:12.001Z",
        channel: "action",
        verdict: "paid",
        requestId: "of-action",
      },
      {
        id: expect.any(String),
        arrivedAt: "2026-03-02T09:38:12.002Z",
        channel: "api",
        verdict: "replayed",
        requestId: "of-api",
      },
      {
        id: expect.any(String),
        arrivedAt: "2026-03-02T09:38:12.003Z",
        channel: "form",
        verdict: "replayed",
        requestId: "of-form",
      },
    ]);
    expect(receipt?.proof.transfer).toEqual({
      debit: {
        accountId: payer.accountId,
        party: { id: payer.id, name: payer.handle, handle: payer.handle },
        own: { entryNumber: "2", balanceAfterMinor: "4000" },
      },
      credit: {
        accountId: merchant.accountId,
        party: { id: merchant.id, name: merchant.handle, handle: merchant.handle },
      },
    });
    const issuedAt = Date.parse(receipt?.proof.issuedAt ?? "");
    expect(issuedAt).toBeGreaterThanOrEqual(before - 1_000);
    expect(issuedAt).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it("an arrival once, whether it is written already, being written, or still to be written", async () => {
    const { id, payer } = await sale();
    arrive(payer.id, id, "action", "paid", "2026-03-02T09:38:12.001Z");
    expect((await findReceipt(payer.id, id))?.proof.arrivals).toHaveLength(1);
    const writing = flushAttempts();
    arrive(payer.id, id, "action", "replayed", "2026-03-02T09:38:13.001Z");
    expect((await findReceipt(payer.id, id))?.proof.arrivals).toHaveLength(2);
    await writing;
    await flushAttempts();
    expect((await findReceipt(payer.id, id))?.proof.arrivals).toHaveLength(2);
  });

  it("no arrival of somebody else who asked for the same key", async () => {
    const { id, payer, merchant } = await sale();
    for (const isWritten of [false, true]) {
      arrive(merchant.id, id, "api", "replayed", "2026-03-02T09:38:12.001Z");
      if (isWritten) await flushAttempts();
      expect((await findReceipt(payer.id, id))?.proof.arrivals).toEqual([]);
    }
  });

  it("the place in the journal, once it is sealed", async () => {
    const { id, payer } = await sale();
    await sealAll(test.owner);
    const [row] = await test.owner<{ position: bigint; sealed_at: Date }[]>`
      select position, sealed_at from ledger_seals where transfer_id = ${id}`;
    expect((await findReceipt(payer.id, id))?.proof.seal).toEqual({
      position: row?.position.toString(),
      sealedAt: row?.sealed_at.toISOString(),
    });
  });

  it("of a declined try its arrivals, and that nothing moved; nobody else finds it", async () => {
    const { id, payer, merchant } = await sale("1000", 500n);
    arrive(payer.id, id, "action", "declined", "2026-03-02T09:38:12.001Z");
    const receipt = await findReceipt(payer.id, id);
    expect(receipt?.payment).toMatchObject({ status: "declined", declineCode: "insufficient_funds" });
    expect(receipt?.proof.arrivals).toHaveLength(1);
    expect(receipt?.proof.transfer).toBeUndefined();
    expect(receipt?.refunds).toBeUndefined();
    expect(await findReceipt(merchant.id, id)).toBeUndefined();
  });
});

describe("what the payee sees", () => {
  it("both sides and the own balance, and nothing of the payer's arrivals, balance or entries", async () => {
    const { id, payer, merchant } = await sale();
    arrive(payer.id, id, "action", "paid", "2026-03-02T09:38:12.001Z");
    await flushAttempts();
    await sealAll(test.owner);
    const receipt = await findReceipt(merchant.id, id);
    expect(receipt?.proof.transfer).toEqual({
      debit: {
        accountId: payer.accountId,
        party: { id: payer.id, name: payer.handle, handle: payer.handle },
      },
      credit: {
        accountId: merchant.accountId,
        party: { id: merchant.id, name: merchant.handle, handle: merchant.handle },
        own: { entryNumber: "2", balanceAfterMinor: "1700" },
      },
    });
    expect(Object.keys(receipt?.proof ?? {}).sort()).toEqual(["seal", "transfer"]);
    // Not under any other name either.
    const [seal] = await test.owner<{ hash: Buffer }[]>`
      select hash from ledger_seals where transfer_id = ${id}`;
    const all = JSON.stringify(receipt);
    for (const secret of ["of-action", "4000", seal?.hash.toString("hex") ?? "no seal"])
      expect(all).not.toContain(secret);
  });

  it("of a refund, which the merchant asked for, no arrivals", async () => {
    const { id, payer, merchant } = await sale();
    const refundId = await refund(merchant, id, "300");
    arrive(merchant.id, refundId, "api", "paid", "2026-03-02T09:38:12.001Z");
    expect((await findReceipt(payer.id, refundId))?.proof.arrivals).toBeUndefined();
    expect((await findReceipt(merchant.id, refundId))?.proof.arrivals).toHaveLength(1);
    expect((await findReceipt(payer.id, refundId))?.proof.transfer?.debit.own).toBeUndefined();
  });
});

it("is not found by anybody who is no part of the payment", async () => {
  const { id } = await sale();
  const stranger = await newPerson(test.owner, 0n);
  expect(await findReceipt(stranger.id, id)).toBeUndefined();
  expect(await findReceipt(stranger.id, randomUUID())).toBeUndefined();
});

describe("refunds", () => {
  it("stand on the sale, with what is left, for both; each refund shows its sale", async () => {
    const { id, payer, merchant } = await sale();
    const first = await refund(merchant, id, "100");
    const second = await refund(merchant, id, "200");
    for (const viewer of [payer, merchant]) {
      expect((await findReceipt(viewer.id, id))?.refunds).toMatchObject({
        refundedMinor: "300",
        leftMinor: "700",
        listed: [
          { paymentId: first, amountMinor: "100" },
          { paymentId: second, amountMinor: "200" },
        ],
      });
      const ofRefund = await findReceipt(viewer.id, first);
      expect(ofRefund?.refunded).toMatchObject({
        payment: { id, amountMinor: "1000", kind: "order" },
        description: "A thing",
      });
      expect(ofRefund?.refunds).toBeUndefined();
    }
  });

  it("that were declined, and those of other sales, are not on it", async () => {
    const { id, payer, merchant } = await sale();
    const other = await newOrder(merchant, "1000");
    const otherId = await keyFor(payer.id, other.purpose);
    await pay(payer.id, otherId, other.command);
    await refund(merchant, otherId, "100");
    const key = await keyFor(merchant.id, { kind: "refund", paymentId: id, intentId: randomUUID() });
    const tooMuch = { operation: "refund", paymentId: id, amountMinor: "1001" } as const;
    expect(await pay(merchant.id, key, tooMuch)).toMatchObject({ payment: { status: "declined" } });
    expect((await findReceipt(payer.id, id))?.refunds).toEqual({
      refundedMinor: "0",
      leftMinor: "1000",
      listed: [],
    });
  });

  it("beyond those that are listed are counted in what was paid back", async () => {
    const { id, payer, merchant } = await sale();
    for (let made = 0; made < 51; made += 1) await refund(merchant, id, "1");
    const refunds = (await findReceipt(payer.id, id))?.refunds;
    expect(refunds?.listed).toHaveLength(50);
    expect(refunds).toMatchObject({ refundedMinor: "51", leftMinor: "949" });
  });
});

describe("in a large database", () => {
  const FILLER = 20_000;
  /** A receipt is some rows by key, two people, an order, and a few refunds and arrivals. */
  const ROWS_READ_MAX = 100;
  /** Not people and orders: a handful is read whole rather than through an index. */
  const TABLES = [
    "payments",
    "payment_attempts",
    "ledger_transfers",
    "ledger_accounts",
    "ledger_seals",
    "refund_totals",
  ];

  it("a receipt reads what it shows, by primary key and index", async () => {
    const { id, payer, merchant } = await sale();
    const refundId = await refund(merchant, id, "300");
    arrive(payer.id, id, "action", "paid", "2026-03-02T09:38:12.001Z");
    await flushAttempts();
    await sealAll(test.owner);
    await test.owner`
      insert into payments (user_id, id, kind, purpose_id, subject_id, status, amount_minor, currency,
                            payer_account_id, payee_account_id, request_hash, renderer, settled_at)
      select ${merchant.id}, gen_random_uuid(), 'refund', gen_random_uuid(), gen_random_uuid(), 'succeeded', 1,
             'USD', gen_random_uuid(), gen_random_uuid(), sha256(n::text::bytea), 1, now()
        from generate_series(1, ${FILLER}::int) n`;
    await test.owner`
      insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at)
      select ${payer.id}, gen_random_uuid(), gen_random_uuid(), 'api', 'void', now()
        from generate_series(1, ${FILLER}::int)`;
    await test.owner`
      insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency,
        debit_balance_minor, debit_version, credit_balance_minor, credit_version, created_at)
      select gen_random_uuid(), ${payer.accountId}, ${merchant.accountId}, 1, 'USD', 0, n, 0, n, now()
        from generate_series(3, ${FILLER}::int) n`;
    await test.owner`
      insert into refund_totals (payment_id) select gen_random_uuid() from generate_series(1, ${FILLER}::int)`;
    await test.owner`
      insert into ledger_seals (position, transfer_id, hash, sealed_at)
      select n, gen_random_uuid(), sha256(n::text::bytea), now()
        from generate_series(1000, 1000 + ${FILLER}::int) n`;
    await test.owner`
      insert into ledger_accounts (id, purpose, currency, balance_minor)
      select gen_random_uuid(), 'funding', 'USD', 0 from generate_series(1, ${FILLER}::int)`;
    await test.owner`analyze`;
    for (const [viewer, payment] of [
      [payer, id],
      [merchant, id],
      [payer, refundId],
    ] as const) {
      const reads = await rowsReadBy(test, TABLES, async () => {
        expect(await findReceipt(viewer.id, payment)).toBeDefined();
      });
      const readOften = [...reads].filter(([, read]) => read > ROWS_READ_MAX);
      expect(readOften).toEqual([]);
    }
  });
});
