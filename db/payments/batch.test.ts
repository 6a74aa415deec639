/** What a batch promises: it equals its entries executed one after another. Each promise with an example of its own. */
import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { describe, expect, it } from "vitest";
import { keyState } from "../idempotency/state.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { orderEntry, refundEntry, settleBatch, transferEntry, words } from "../testing/fixtures/entries.ts";
import {
  balanceOf,
  expectBooksRight,
  keyFor,
  newOrder,
  newPerson,
  type Person,
  payerAndMerchant,
  transferKey,
} from "../testing/fixtures/people.ts";

const test = testDatabase();

/** A key for a transfer of its own. */
const refundKey = (person: Person, paymentId: string) =>
  keyFor(person.id, { kind: "refund", paymentId, intentId: randomUUID() });

/** An order of 1000 that was paid, and money of other sales with its merchant, so that only the cap bounds refunds. */
async function sale(): Promise<{ payer: Person; merchant: Person; paymentId: string }> {
  const [payer, merchant] = [
    await newPerson(test.owner, 1_000n),
    await newPerson(test.owner, 9_000n, "merchant"),
  ];
  const { orderId, purpose } = await newOrder(merchant, "1000");
  const paymentId = await keyFor(payer.id, purpose);
  const paid = await settleBatch([orderEntry(payer, merchant, paymentId, orderId, 1_000n)]);
  expect(words(paid)).toEqual(["paid"]);
  return { payer, merchant, paymentId };
}

describe("an entry of a batch", () => {
  it("is taken only by its own user's key: somebody else's is void, and disturbs nobody", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 1_000n);
    const thief = await newPerson(test.owner, 1_000n);
    const { orderId, purpose } = await newOrder(merchant, "10");
    const key = await keyFor(payer.id, purpose);
    const own = orderEntry(payer, merchant, key, orderId, 10n);
    const stolen = orderEntry(thief, merchant, key, orderId, 10n);
    expect(words(await settleBatch([stolen, own, stolen]))).toEqual(["void", "paid", "void"]);
    expect(await balanceOf(test.owner, thief.accountId)).toBe(1_000n);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(990n);
  });

  it("is executed in order with the others of its key: the first that gets an outcome wins", async () => {
    const [payer, friend] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const key = await transferKey(payer);
    const answers = await settleBatch([
      transferEntry(payer, friend, key, 60n),
      transferEntry(payer, friend, key, 60n),
      transferEntry(payer, friend, key, 40n),
    ]);
    expect(words(answers)).toEqual(["paid", "replayed", "reused"]);
    for (const answer of answers) expect(answer).toMatchObject({ payment: { id: key, amountMinor: 60n } });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(40n);
  });

  it("that is declined has had its turn: the same key does not pay later in the batch", async () => {
    const [payer, friend] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const key = await transferKey(payer);
    const answers = await settleBatch([
      transferEntry(payer, friend, key, 101n),
      transferEntry(payer, friend, key, 100n),
      transferEntry(payer, friend, key, 101n),
    ]);
    expect(words(answers)).toEqual(["insufficient_funds", "reused", "replayed"]);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(100n);
  });

  it("that is refused or does not fit the key's purpose leaves the key to the next, and gets its outcome", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 100n);
    const { orderId, purpose } = await newOrder(merchant, "10");
    const other = await newOrder(merchant, "10");
    const key = await keyFor(payer.id, purpose);
    const answers = await settleBatch([
      orderEntry(payer, merchant, key, orderId, 9n),
      orderEntry(payer, merchant, key, other.orderId, 10n),
      transferEntry(payer, merchant, key, 10n),
      orderEntry(payer, merchant, key, orderId, 10n),
    ]);
    // They have no outcome of their own, so they are answered last: the key was paid with another request.
    expect(words(answers)).toEqual(["reused", "reused", "reused", "paid"]);
    for (const answer of answers) expect(answer).toMatchObject({ payment: { id: key, amountMinor: 10n } });
  });

  it("is answered in its own place, whatever the order of the keys", async () => {
    const [payer, friend] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    const keys = await Promise.all(Array.from({ length: 20 }, () => transferKey(payer)));
    const shuffled = [...keys.filter((_, n) => n % 2 === 0).reverse(), ...keys.filter((_, n) => n % 2 === 1)];
    const answers = await settleBatch(
      shuffled.map((key, n) => transferEntry(payer, friend, key, BigInt(n + 1))),
    );
    expect(
      answers.map((answer) => ("payment" in answer ? [answer.payment.id, answer.payment.amountMinor] : [])),
    ).toEqual(shuffled.map((key, n) => [key, BigInt(n + 1)]));
  });

  it("sees the balances that the entries before it left: a credit can be spent, a debit cannot be spent twice", async () => {
    const [rich, poor, third] = [
      await newPerson(test.owner, 100n),
      await newPerson(test.owner, 0n),
      await newPerson(test.owner, 0n),
    ];
    const answers = await settleBatch([
      transferEntry(poor, third, await transferKey(poor), 100n),
      transferEntry(rich, poor, await transferKey(rich), 100n),
      transferEntry(poor, third, await transferKey(poor), 100n),
      transferEntry(rich, third, await transferKey(rich), 1n),
      transferEntry(third, rich, await transferKey(third), 100n),
    ]);
    expect(words(answers)).toEqual(["insufficient_funds", "paid", "paid", "insufficient_funds", "paid"]);
    expect(await balanceOf(test.owner, rich.accountId)).toBe(100n);
    await expectBooksRight(test.owner);
  });

  it("finds the order paid that an entry before it paid", async () => {
    const merchant = await newPerson(test.owner, 0n, "merchant");
    const [poor, rich, late] = [
      await newPerson(test.owner, 5n),
      await newPerson(test.owner, 10n),
      await newPerson(test.owner, 10n),
    ];
    const { orderId, purpose } = await newOrder(merchant, "10");
    const entries = [];
    for (const payer of [poor, rich, late]) {
      entries.push(orderEntry(payer, merchant, await keyFor(payer.id, purpose), orderId, 10n));
    }
    expect(words(await settleBatch(entries))).toEqual(["insufficient_funds", "paid", "order_already_paid"]);
    expect(await balanceOf(test.owner, merchant.accountId)).toBe(10n);
  });

  it("counts the refunds before it against the payment, and what is left is what they left", async () => {
    const { payer, merchant, paymentId } = await sale();
    const entries = [];
    for (const amount of [600n, 600n, null, null, 1n]) {
      entries.push(refundEntry(merchant, payer, await refundKey(merchant, paymentId), paymentId, amount));
    }
    const answers = await settleBatch(entries);
    const exceeds = "refund_exceeds_payment";
    expect(words(answers)).toEqual(["paid", exceeds, "paid", exceeds, exceeds]);
    expect(answers[2]).toMatchObject({ payment: { amountMinor: 400n } });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(1_000n);
    await expectBooksRight(test.owner);
  });

  it("counts what left the account before it against the daily limit", async () => {
    const [payer, friend] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    await test.owner`update ledger_accounts set day_limit_minor = 100 where id = ${payer.accountId}`;
    const entries = [];
    for (const amount of [60n, 41n, 40n, 1n]) {
      entries.push(transferEntry(payer, friend, await transferKey(payer), amount));
    }
    expect(words(await settleBatch(entries))).toEqual(["paid", "limit_exceeded", "paid", "limit_exceeded"]);
  });

  it("with a key that was never issued is void", async () => {
    const [payer, friend] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const key = await transferKey(payer);
    const answers = await settleBatch([
      transferEntry(payer, friend, uuidv7(), 1n),
      transferEntry(payer, friend, key, 1n),
    ]);
    expect(words(answers)).toEqual(["void", "paid"]);
  });
});

describe("a purpose", () => {
  it("that was paid is not paid again under a key that came back: the key is void, and gone", async () => {
    const [payer, friend] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const intentId = randomUUID();
    const first = await keyFor(payer.id, { kind: "transfer", intentId });
    await settleBatch([transferEntry(payer, friend, first, 10n)]);
    // What a restore could bring back: an open key of a purpose that has been paid under another.
    const revived = uuidv7();
    await test.owner`
      insert into idempotency_keys
      values (${payer.id}, ${revived}, 'transfer', ${intentId}, null, now() + interval '1 day', database_identity())`;
    const answers = await settleBatch([
      transferEntry(payer, friend, revived, 10n),
      transferEntry(payer, friend, await transferKey(payer), 1n),
    ]);
    expect(words(answers)).toEqual(["void", "paid"]);
    expect(await keyState(payer.id, revived)).toEqual({ state: "void" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(89n);
    await expectBooksRight(test.owner);
  });
});

describe("a batch", () => {
  it("of nothing answers nothing", async () => {
    expect(await settleBatch([])).toEqual([]);
  });

  it("equals its entries executed one after another", async () => {
    // Twins: the same people, money and requests, once in one statement and once in many.
    const mixed = async () => {
      const { payer, merchant, paymentId } = await sale();
      const friend = await newPerson(test.owner, 0n);
      const { orderId, purpose } = await newOrder(merchant, "700");
      const transfer = await transferKey(friend);
      const order = await keyFor(friend.id, purpose);
      const entries = [
        orderEntry(friend, merchant, order, orderId, 700n),
        refundEntry(merchant, payer, await refundKey(merchant, paymentId), paymentId, 800n),
        transferEntry(payer, friend, await transferKey(payer), 750n),
        transferEntry(friend, payer, transfer, 51n),
        orderEntry(friend, merchant, order, orderId, 700n),
        transferEntry(friend, payer, transfer, 750n),
        refundEntry(merchant, payer, await refundKey(merchant, paymentId), paymentId, null),
        transferEntry(payer, friend, uuidv7(), 1n),
      ];
      return { entries, people: [payer, merchant, friend] };
    };
    const [together, apart] = [await mixed(), await mixed()];
    const answers = await settleBatch(together.entries);
    const singly = [];
    for (const single of apart.entries) singly.push(...(await settleBatch([single])));
    expect(words(answers)).toEqual([
      ...["insufficient_funds", "paid", "paid", "paid", "replayed", "reused", "paid", "void"],
    ]);
    expect(words(singly)).toEqual(words(answers));
    const balances = (people: Person[]) =>
      Promise.all(people.map((person) => balanceOf(test.owner, person.accountId)));
    expect(await balances(apart.people)).toEqual(await balances(together.people));
  });
});
