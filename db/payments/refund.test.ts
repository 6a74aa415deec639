import { createHash, randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { issueKey } from "../idempotency/issue.ts";
import { keyState } from "../idempotency/state.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import {
  balanceOf,
  expectBooksRight,
  keyFor,
  newOrder,
  newPerson,
  type Person,
  tally,
  topUp,
  transferKey,
  transferTo,
} from "../testing/fixtures/people.ts";
import { pay } from "./pay.ts";

const test = testDatabase();

/** A merchant who was paid `amountMinor` by a payer; the payment's id is the key it was paid with. */
async function sale(amountMinor: string): Promise<{ payer: Person; merchant: Person; paymentId: string }> {
  const payer = await newPerson(test.owner, BigInt(amountMinor));
  const merchant = await newPerson(test.owner, 0n, "merchant");
  const { purpose, command } = await newOrder(merchant, amountMinor);
  const paymentId = await keyFor(payer.id, purpose);
  expect(tally([await pay(payer.id, paymentId, command)])).toEqual({ paid: 1 });
  return { payer, merchant, paymentId };
}

async function refund(merchant: Person, paymentId: string, amountMinor?: string) {
  const key = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
  return pay(merchant.id, key, { operation: "refund", paymentId, amountMinor });
}

describe("a refund", () => {
  it("pays back all that is left where no amount is named, and then nothing more", async () => {
    const { payer, merchant, paymentId } = await sale("1000");
    expect(await refund(merchant, paymentId, "300")).toMatchObject({
      payment: { status: "succeeded", amountMinor: 300n },
    });
    expect(await refund(merchant, paymentId)).toMatchObject({
      payment: { status: "succeeded", amountMinor: 700n },
    });
    const declined = { payment: { status: "declined", declineCode: "refund_exceeds_payment" } };
    expect(await refund(merchant, paymentId)).toMatchObject(declined);
    expect(await refund(merchant, paymentId, "1")).toMatchObject(declined);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(1000n);
    await expectBooksRight(test.owner);
  });

  it("keeps its reason as its note; the same request with another reason, or none, is another request", async () => {
    const { merchant, paymentId } = await sale("1000");
    const key = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
    const command = { operation: "refund", paymentId, amountMinor: "300" } as const;
    const reason = "One bag was torn";
    const first = await pay(merchant.id, key, { ...command, reason });
    expect(first).toMatchObject({ type: "settled", replayed: false, payment: { note: reason } });
    expect(await pay(merchant.id, key, { ...command, reason })).toEqual({ ...first, replayed: true });
    for (const other of [command, { ...command, reason: "Another" }])
      expect(await pay(merchant.id, key, other)).toMatchObject({ type: "reused" });
    await expectBooksRight(test.owner);
  });

  it("without a reason has the hash that it always had, and no note", async () => {
    const { merchant, paymentId } = await sale("1000");
    const key = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
    expect(await pay(merchant.id, key, { operation: "refund", paymentId, reason: undefined })).toMatchObject({
      payment: { note: null },
    });
    const [row] = await test.owner<{ hash: string }[]>`
      select encode(request_hash, 'hex') as hash from payments where id = ${key}`;
    const before = JSON.stringify(["once-command-1", "refund", [["paymentId", paymentId]]]);
    expect(row?.hash).toBe(createHash("sha256").update(before).digest("hex"));
  });

  it("never exceeds the payment, however many are asked for at once", async () => {
    const { payer, merchant, paymentId } = await sale("1000");
    // Money of other sales, so that only the cap can stop a second refund.
    await topUp(payer, "9000");
    const other = await newOrder(merchant, "9000");
    await pay(payer.id, await keyFor(payer.id, other.purpose), other.command);
    const results = await Promise.all(Array.from({ length: 10 }, () => refund(merchant, paymentId, "400")));
    expect(tally(results)).toEqual({ paid: 2, declined: 8 });
    await expectBooksRight(test.owner);
  });

  it("is for whoever received the payment alone", async () => {
    const { payer, paymentId } = await sale("1000");
    const otherMerchant = await newPerson(test.owner, 5_000n, "merchant");
    for (const person of [payer, otherMerchant]) {
      const purpose = { kind: "refund", paymentId, intentId: randomUUID() } as const;
      expect(await issueKey(person.id, purpose)).toEqual({ type: "not-found" });
    }
  });

  it("of a refund, or of a declined payment, is refused and consumes nothing", async () => {
    const { payer, merchant, paymentId } = await sale("1000");
    const first = await refund(merchant, paymentId, "100");
    if (first.type !== "settled") throw new Error("The refund was not settled.");
    const key = await keyFor(payer.id, {
      kind: "refund",
      paymentId: first.payment.id,
      intentId: randomUUID(),
    });
    const again = { operation: "refund", paymentId: first.payment.id } as const;
    expect(await pay(payer.id, key, again)).toEqual({ type: "refused", reason: "payment_unknown" });
    expect(await keyState(payer.id, key)).toEqual({ state: "open" });
  });

  it("form names one payment for good: the same intent for another payment is refused", async () => {
    const { merchant, paymentId } = await sale("10");
    const intentId = randomUUID();
    await keyFor(merchant.id, { kind: "refund", paymentId, intentId });
    const second = await newOrder(merchant, "5");
    const payer = await newPerson(test.owner, 5n);
    const secondPayment = await keyFor(payer.id, second.purpose);
    await pay(payer.id, secondPayment, second.command);
    expect(await issueKey(merchant.id, { kind: "refund", paymentId: secondPayment, intentId })).toEqual({
      type: "other-subject",
    });
  });
});

describe("limits and closed accounts", () => {
  it("a daily limit holds when payments arrive at once, and refunds do not count", async () => {
    const [payer, friend] = [await newPerson(test.owner, 10_000n), await newPerson(test.owner, 0n)];
    await test.owner`update ledger_accounts set day_limit_minor = 1000 where id = ${payer.accountId}`;
    const command = transferTo(friend, "300");
    const results = await Promise.all(
      Array.from({ length: 8 }, async () => pay(payer.id, await transferKey(payer), command)),
    );
    expect(tally(results)).toEqual({ paid: 3, declined: 5 });
    expect(
      results.find((result) => result.type === "settled" && result.payment.status === "declined"),
    ).toMatchObject({
      payment: { declineCode: "limit_exceeded" },
    });
    // Tomorrow is another day.
    await test.owner`update ledger_accounts set day = day - 1 where id = ${payer.accountId}`;
    const key = await transferKey(payer);
    expect(tally([await pay(payer.id, key, command)])).toEqual({ paid: 1 });
    await expectBooksRight(test.owner);
  });

  it("a closed payee declines, a closed payer is refused, and a missing currency declines without converting", async () => {
    const [payer, friend] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    const transfer = async (currency: string) => {
      const key = await transferKey(payer);
      return pay(payer.id, key, transferTo(friend, "1", currency));
    };
    expect(await transfer("CHF")).toMatchObject({
      payment: { status: "declined", declineCode: "currency_mismatch" },
    });
    await test.owner`update ledger_accounts set closed_at = now() where id = ${friend.accountId}`;
    expect(await transfer("USD")).toMatchObject({
      payment: { status: "declined", declineCode: "payee_closed" },
    });
    await test.owner`update ledger_accounts set closed_at = null where id = ${friend.accountId}`;
    await test.owner`update ledger_accounts set closed_at = now() where id = ${payer.accountId}`;
    expect(await transfer("USD")).toEqual({ type: "refused", reason: "payer_closed" });
  });
});
