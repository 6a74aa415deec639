import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { issueKey } from "../idempotency/issue.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { keyState } from "../idempotency/state.ts";
import { cancelOrder } from "../orders/orders.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import {
  balanceOf,
  expectBooksRight,
  keyFor,
  newOrder,
  newPerson,
  newTransfer,
  payerAndMerchant,
  tally,
  topUp,
  transferKey,
  transferTo,
} from "../testing/fixtures/people.ts";
import { pay } from "./pay.ts";
import { settlingLoad } from "./settle.ts";

const test = testDatabase();

/** Enough to keep every connection of the pool busy several times over. */
const CROWD = 50;

describe("paying an order", () => {
  it("executes once when the same key arrives 50 times at once, and answers all the same", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 10_000n);
    // Several rounds: in the first one the pool is still connecting, and few requests meet.
    for (let round = 1; round <= 4; round += 1) {
      const { purpose, command } = await newOrder(merchant, "1000");
      const key = await keyFor(payer.id, purpose);
      const { entries } = settlingLoad();
      const results = await Promise.all(Array.from({ length: CROWD }, () => pay(payer.id, key, command)));
      expect(tally(results)).toEqual({ paid: 1, "paid again": CROWD - 1 });
      // All of them shared one execution: the database was asked once.
      expect(settlingLoad().entries - entries).toBe(1);
      const payments = results.map((result) =>
        "payment" in result && result.payment ? result.payment : undefined,
      );
      for (const payment of payments) expect(payment).toEqual(payments[0]);
    }
    expect(await balanceOf(test.owner, payer.accountId)).toBe(6_000n);
    expect(await balanceOf(test.owner, merchant.accountId)).toBe(4_000n);
    await expectBooksRight(test.owner);
  });

  it("shares one statement, and one commit, with whoever pays at the same moment", async () => {
    const merchant = await newPerson(test.owner, 0n, "merchant");
    const payers = await Promise.all(Array.from({ length: CROWD }, () => newPerson(test.owner, 1_000n)));
    const tries = await Promise.all(
      payers.map(async (payer) => {
        const { purpose, command } = await newOrder(merchant, "1000");
        return { payer, command, key: await keyFor(payer.id, purpose) };
      }),
    );
    const before = settlingLoad();
    const results = await Promise.all(tries.map(({ payer, key, command }) => pay(payer.id, key, command)));
    expect(tally(results)).toEqual({ paid: CROWD });
    const { sent, entries } = settlingLoad();
    expect([sent - before.sent, entries - before.entries]).toEqual([1, CROWD]);
    await expectBooksRight(test.owner);
  });

  it("is paid by one of two users who press at the same moment; the other keeps their money and is told so", async () => {
    const merchant = await newPerson(test.owner, 0n, "merchant");
    for (let round = 0; round < 10; round += 1) {
      const payers = [await newPerson(test.owner, 5_000n), await newPerson(test.owner, 5_000n)];
      const { purpose, command } = await newOrder(merchant, "5000");
      const tries = await Promise.all(
        payers.map(async (payer) => ({ payer, key: await keyFor(payer.id, purpose) })),
      );
      const results = await Promise.all(tries.map(({ payer, key }) => pay(payer.id, key, command)));
      expect(tally(results)).toEqual({ paid: 1, declined: 1 });
      expect(
        results.find((result) => result.type === "settled" && result.payment.status === "declined"),
      ).toMatchObject({
        payment: { declineCode: "order_already_paid" },
      });
    }
    await expectBooksRight(test.owner);
  });

  it("charges an open order's purpose once under any number of keys", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 10_000n);
    const { purpose, command } = await newOrder(merchant, "1000");
    const key = await keyFor(payer.id, purpose);
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
    expect(await issueKey(payer.id, purpose)).toMatchObject({ type: "settled", payment: { id: key } });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(9_000n);
  });

  it("declines a cancelled and an expired order, and records it", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 10_000n);
    const cancelled = await newOrder(merchant, "1000");
    const cancelledKey = await keyFor(payer.id, cancelled.purpose);
    await cancelOrder(merchant.id, cancelled.orderId);
    expect(await pay(payer.id, cancelledKey, cancelled.command)).toMatchObject({
      payment: { status: "declined", declineCode: "order_cancelled" },
    });
    const expired = await newOrder(merchant, "1000", "2020-01-01T00:00:00Z");
    expect(await pay(payer.id, await keyFor(payer.id, expired.purpose), expired.command)).toMatchObject({
      payment: { status: "declined", declineCode: "order_expired" },
    });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n);
  });

  it("refuses another amount or currency than the order's, and leaves the key open", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 10_000n);
    const { orderId, purpose, command } = await newOrder(merchant, "1000");
    const key = await keyFor(payer.id, purpose);
    const wrong = { operation: "pay-order", orderId, currency: "USD", amountMinor: "999" } as const;
    expect(await pay(payer.id, key, wrong)).toEqual({ type: "refused", reason: "amount_mismatch" });
    expect(await keyState(payer.id, key)).toEqual({ state: "open" });
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
  });
});

describe("a decline", () => {
  it("is sticky: the same key never charges later, even when money has come in", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 100n);
    const { purpose, command } = await newOrder(merchant, "1000");
    const key = await keyFor(payer.id, purpose);
    const declined = { type: "settled", payment: { status: "declined", declineCode: "insufficient_funds" } };
    expect(await pay(payer.id, key, command)).toMatchObject({ ...declined, replayed: false });

    await topUp(payer, "5000");
    expect(await pay(payer.id, key, command)).toMatchObject({ ...declined, replayed: true });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(5_100n);

    // A new key for the same purpose pays.
    expect(tally([await pay(payer.id, await keyFor(payer.id, purpose), command)])).toEqual({ paid: 1 });
    await expectBooksRight(test.owner);
  });

  it("never lets a balance fall below zero, however many payments arrive at once", async () => {
    const [payer, friend] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    const command = transferTo(friend, "300");
    const keys = await Promise.all(Array.from({ length: 10 }, () => transferKey(payer)));
    const results = await Promise.all(keys.map((key) => pay(payer.id, key, command)));
    expect(tally(results)).toEqual({ paid: 3, declined: 7 });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(100n);
    await expectBooksRight(test.owner);
  });
});

describe("a transfer", () => {
  it("goes both ways a hundred times at once and ends where it began", async () => {
    const [one, two] = [await newPerson(test.owner, 10_000n), await newPerson(test.owner, 10_000n)];
    const send = async (from: typeof one, to: typeof one) =>
      pay(from.id, await transferKey(from), transferTo(to, "7"));
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, turn) => (turn % 2 === 0 ? send(one, two) : send(two, one))),
    );
    expect(tally(results)).toEqual({ paid: 100 });
    expect(await balanceOf(test.owner, one.accountId)).toBe(10_000n);
    expect(await balanceOf(test.owner, two.accountId)).toBe(10_000n);
    await expectBooksRight(test.owner);
  });

  it("to nobody, to oneself, or to an e-mail address is told apart", async () => {
    const [payer, friend] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    const key = await transferKey(payer);
    const to = (handle: string) => transferTo({ handle }, "10");
    expect(await pay(payer.id, key, to("nobody-here"))).toEqual({ type: "refused", reason: "payee_unknown" });
    expect(await pay(payer.id, key, to(payer.handle))).toEqual({ type: "refused", reason: "payee_is_payer" });
    const address = `${friend.handle}@once.test`;
    expect(await pay(payer.id, key, to(address))).toEqual({ type: "refused", reason: "payee_unknown" });
    await test.owner`update users set email_verified = true where id = ${friend.id}`;
    expect(tally([await pay(payer.id, key, to(address))])).toEqual({ paid: 1 });
  });
});

describe("a key", () => {
  it("with another payload is refused without effect, before and after settling", async () => {
    const { payer, key, command } = await newTransfer(test.owner);
    await pay(payer.id, key, command);
    const other = { ...command, amountMinor: "11" };
    expect(await pay(payer.id, key, other)).toMatchObject({
      type: "reused",
      payment: { id: key, amountMinor: 10n },
    });
    expect(await pay(payer.id, key, { ...command, note: "hello" })).toMatchObject({ type: "reused" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(90n);
  });

  it("of another purpose is refused, and stays open", async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 1_000n);
    const [one, two] = [await newOrder(merchant, "10"), await newOrder(merchant, "10")];
    const key = await keyFor(payer.id, one.purpose);
    expect(await pay(payer.id, key, two.command)).toEqual({ type: "reused" });
    expect(await keyState(payer.id, key)).toEqual({ state: "open" });
  });

  it("is void to everybody but the user it was issued to", async () => {
    const [payer, thief] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 1_000n)];
    const { purpose, command } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "10");
    const key = await keyFor(payer.id, purpose);
    expect(await pay(thief.id, key, command)).toEqual({ type: "void" });
    expect(await keyState(thief.id, key)).toEqual({ state: "void" });
    expect(await revokeKey(thief.id, key)).toEqual({ state: "void" });
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
  });

  it("from two users, or with two payloads, at the same moment is not taken for one request", async () => {
    const [payer, thief] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 1_000n)];
    const { purpose, command } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "10");
    const key = await keyFor(payer.id, purpose);
    const other = { ...command, amountMinor: "11" };
    // The first to be sent goes alone, so that the three of interest meet in the queue.
    const first = pay(payer.id, randomUUID(), command);
    const results = await Promise.all([
      pay(payer.id, key, command),
      pay(thief.id, key, command),
      pay(payer.id, key, other),
      first,
    ]);
    expect(tally(results.slice(0, 2))).toEqual({ paid: 1, void: 1 });
    expect(results[1]).toEqual({ type: "void" });
    // Before the right one it is refused, after it a reuse; never its outcome.
    expect(["refused", "reused"]).toContain(results[2]?.type);
  });

  it("is one for a purpose, however many forms open at once", async () => {
    const payer = await newPerson(test.owner, 0n);
    const purpose = { kind: "transfer", intentId: randomUUID() } as const;
    const keys = await Promise.all(Array.from({ length: CROWD }, () => keyFor(payer.id, purpose)));
    expect(new Set(keys).size).toBe(1);
  });

  it("that is revoked while it is paid ends in one truth: paid, or void for ever", async () => {
    const [payer, friend] = [await newPerson(test.owner, 100_000n), await newPerson(test.owner, 0n)];
    const seen = new Set<string>();
    for (let round = 0; round < 60; round += 1) {
      const key = await transferKey(payer);
      const command = transferTo(friend, "1");
      // Paying reads before it settles: revoking after none up to seven reads meets it early, head on and late.
      const revoking = async () => {
        for (let read = 0; read < round % 8; read += 1) await keyState(payer.id, key);
        return revokeKey(payer.id, key);
      };
      const [paid, revoked] = await Promise.all([pay(payer.id, key, command), revoking()]);
      const answers = JSON.stringify([paid.type, revoked.state]);
      expect(['["settled","settled"]', '["void","void"]']).toContain(answers);
      seen.add(answers);
      expect(tally([await pay(payer.id, key, command)])).toEqual(
        answers.includes("void") ? { void: 1 } : { "paid again": 1 },
      );
    }
    // Both endings were really met, or this showed less than it says.
    expect(seen.size).toBe(2);
    await expectBooksRight(test.owner);
  });
});
