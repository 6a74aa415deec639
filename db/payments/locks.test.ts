/** What waits for whom, and what it sees when it has waited. Each race is made certain by holding a row. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { issueKey } from "../idempotency/issue.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { orderEntry, refundEntry, settleBatch, transferEntry, words } from "../testing/fixtures/entries.ts";
import { holding, holdingAccount } from "../testing/fixtures/hold-lock.ts";
import { expectBooksRight, keyFor, newOrder, newPerson, transferKey } from "../testing/fixtures/people.ts";
import type { SettlementEntry } from "./settlement.ts";

const test = testDatabase();

describe("while a payment is settling", () => {
  it("revoking its key waits for the outcome, and says it", async () => {
    const [payer, friend] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
    const key = await transferKey(payer);
    const [settled, revoked] = await holdingAccount(test.owner, friend.accountId, async ({ waiting }) => {
      const settling = settleBatch([transferEntry(payer, friend, key, 10n)]);
      await waiting(1);
      const revoking = revokeKey(payer.id, key);
      await waiting(2);
      return [settling, revoking] as const;
    }).then((both) => Promise.all(both));
    expect(words(settled)).toEqual(["paid"]);
    expect(revoked).toMatchObject({ state: "settled", payment: { id: key } });
  });

  it("issuing a key for its purpose waits for the outcome, and finds it paid", async () => {
    const [payer, friend] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
    const purpose = { kind: "transfer", intentId: randomUUID() } as const;
    const key = await keyFor(payer.id, purpose);
    const [settled, issued] = await holdingAccount(test.owner, friend.accountId, async ({ waiting }) => {
      const settling = settleBatch([transferEntry(payer, friend, key, 10n)]);
      await waiting(1);
      const issuing = issueKey(payer.id, purpose);
      await waiting(2);
      return [settling, issuing] as const;
    }).then((both) => Promise.all(both));
    expect(words(settled)).toEqual(["paid"]);
    expect(issued).toMatchObject({ type: "settled", payment: { id: key } });
    await expectBooksRight(test.owner);
  });

  it("another waits for its accounts, and counts what it took against balance and daily limit", async () => {
    for (const limited of [false, true]) {
      const payer = await newPerson(test.owner, limited ? 1_000n : 100n);
      // Two, so that the payer's account is the only one that both wait for.
      const friends = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
      if (limited)
        await test.owner`update ledger_accounts set day_limit_minor = 100 where id = ${payer.accountId}`;
      const entries: SettlementEntry[] = [];
      for (const friend of friends) {
        entries.push(transferEntry(payer, friend, await transferKey(payer), 60n));
      }
      const answers = await holdingAccount(test.owner, payer.accountId, async ({ waiting }) => {
        const both = entries.map((single) => settleBatch([single]));
        await waiting(2);
        return both;
      }).then((both) => Promise.all(both));
      expect(answers.flatMap(words).sort()).toEqual([
        limited ? "limit_exceeded" : "insufficient_funds",
        "paid",
      ]);
    }
    await expectBooksRight(test.owner);
  });
});

/** What a batch locks, in the order in which it must: the table, its key column, and the id. */
type Lock = { table: string; column: string; id: string };

/** A batch over two of everything, listed against the order of its locks, and those locks in their order. */
async function batchOverTwoOfEverything(): Promise<{ entries: SettlementEntry[]; locks: Lock[] }> {
  const payer = await newPerson(test.owner, 1_000n);
  const merchant = await newPerson(test.owner, 1_000n, "merchant");
  const friend = await newPerson(test.owner, 0n);
  const sales = [];
  for (let n = 0; n < 2; n += 1) {
    const { orderId, purpose } = await newOrder(merchant, "100");
    const paymentId = await keyFor(payer.id, purpose);
    await settleBatch([orderEntry(payer, merchant, paymentId, orderId, 100n)]);
    const first = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
    await settleBatch([refundEntry(merchant, payer, first, paymentId, 1n)]);
    const key = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
    const next = await newOrder(merchant, "10");
    const nextKey = await keyFor(payer.id, next.purpose);
    sales.push({ paymentId, key, orderId: next.orderId, nextKey });
  }
  const transfer = await transferKey(payer);
  const descending = sales.sort((a, b) => (a.orderId < b.orderId ? 1 : -1));
  const entries = [
    transferEntry(payer, friend, transfer, 1n),
    ...descending.map((sale) => refundEntry(merchant, payer, sale.key, sale.paymentId, 1n)),
    ...descending.map((sale) => orderEntry(payer, merchant, sale.nextKey, sale.orderId, 10n)),
  ];
  const of = (table: string, column: string, ids: string[]): Lock[] =>
    ids.sort().map((id) => ({ table, column, id }));
  const byOwner = [
    { userId: payer.id, keys: [transfer, ...sales.map((sale) => sale.nextKey)] },
    { userId: merchant.id, keys: sales.map((sale) => sale.key) },
  ].sort((a, b) => (a.userId < b.userId ? -1 : 1));
  const locks = [
    ...byOwner.flatMap(({ keys }) => of("idempotency_keys", "key", keys)),
    ...of(
      "orders",
      "id",
      sales.map((sale) => sale.orderId),
    ),
    ...of(
      "refund_totals",
      "payment_id",
      sales.map((sale) => sale.paymentId),
    ),
    ...of(
      "ledger_accounts",
      "id",
      [payer, merchant, friend].map((person) => person.accountId),
    ),
  ];
  return { entries, locks };
}

const name = ({ table, id }: Lock) => `${table} ${id}`;

describe("locks are taken in one order", () => {
  it("keys, orders, refund totals, accounts, each sorted: who waits holds all before, and nothing after", async () => {
    const count = (await batchOverTwoOfEverything()).locks.length;
    for (let at = 0; at < count; at += 1) {
      const { entries, locks } = await batchOverTwoOfEverything();
      const [held, later] = [locks[at], locks.slice(at + 1)];
      if (!held) throw new Error("Bug: every batch takes as many locks.");
      const query = `select 1 from ${held.table} where ${held.column} = '${held.id}' for update`;
      const [settling, free] = await holding(test.owner, query, async ({ waiting }) => {
        const batch = settleBatch(entries);
        await waiting(1);
        const found: string[] = [];
        for (const lock of locks) {
          const rows = await test.owner.unsafe(
            `select 1 from ${lock.table} where ${lock.column} = '${lock.id}' for update skip locked`,
          );
          if (rows.length > 0) found.push(name(lock));
        }
        return [batch, found] as const;
      }).then(async ([batch, found]) => [await batch, found] as const);
      expect(free).toEqual(later.map(name));
      expect(words(settling)).toEqual(entries.map(() => "paid"));
    }
    await expectBooksRight(test.owner);
  });

  it("so batches over the same rows, from every side at once, wait and never deadlock", async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => newPerson(test.owner, 10_000n)));
    /** Enough that every connection has several, and that unsorted locks are sure to cross. */
    const batches = await Promise.all(
      Array.from({ length: 60 }, async (_batch, turn) => {
        // Rotated and, every other time, turned round: what one names first another names last.
        const circle = [...people.slice(turn % 6), ...people.slice(0, turn % 6)];
        if (turn % 2 === 1) circle.reverse();
        const entries: SettlementEntry[] = [];
        for (const [n, from] of circle.entries()) {
          const to = circle[(n + 1) % circle.length];
          if (to) entries.push(transferEntry(from, to, await transferKey(from), 7n));
        }
        return entries;
      }),
    );
    const outcomes = await Promise.allSettled(batches.map((entries) => settleBatch(entries)));
    const failures = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [String(outcome.reason)] : [],
    );
    expect(failures).toEqual([]);
    const answers = outcomes.flatMap((outcome) =>
      outcome.status === "fulfilled" ? words(outcome.value) : [],
    );
    expect(answers.filter((word) => word !== "paid")).toEqual([]);
    await expectBooksRight(test.owner);
  });
});
