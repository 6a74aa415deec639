/** An operator refunds on behalf of whoever received a payment: once per form, with its row in the audit log, and nobody else does. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connect, setDatabase } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { setFrozen } from "../ledger/restrictions.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import { refundEntry, settleBatch, words } from "../testing/fixtures/entries.ts";
import { holding } from "../testing/fixtures/hold-lock.ts";
import {
  balanceOf,
  expectBooksRight,
  keyFor,
  newPerson,
  type Person,
  tally,
  topUp,
  transferKey,
  transferTo,
} from "../testing/fixtures/people.ts";
import { FAULT_POINTS, settling, startWireProxy } from "../testing/proxies/wire-proxy.ts";
import { findSale, issueRefundKey, refundFor, refundStateOf, type Sale } from "./operator-refund.ts";
import { pay } from "./pay.ts";

const test = testDatabase();

const whole = { amountMinor: "60", reason: "Sent back, says the payer" };

/** Somebody pays a merchant 60; the merchant has `kept` of it. */
async function sold(payee?: Person) {
  const [operator, payer] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 100n)];
  const merchant = payee ?? (await newPerson(test.owner, 0n, "merchant"));
  const paymentId = await transferKey(payer);
  await pay(payer.id, paymentId, transferTo(merchant, "60"));
  const sale = await findSale(paymentId);
  if (!sale) throw new Error("Bug: there is no sale.");
  return { operator, payer, merchant, sale };
}

async function newKey(sale: Sale, intentId: string = randomUUID()): Promise<string> {
  const issued = await issueRefundKey(sale, intentId);
  if (issued.type !== "created" && issued.type !== "found") throw new Error(`No key: ${issued.type}.`);
  return issued.key;
}

const auditOf = (operator: Person) => test.owner`
  select id, action, subject_kind as kind, subject_id as subject, reason, before, after
    from audit_log where actor_id = ${operator.id} order by at, id`;

describe("a refund by an operator", () => {
  it("is the merchant's own, once, and the audit log says who did it, why, and how much", async () => {
    const { operator, payer, merchant, sale } = await sold();
    const key = await newKey(sale);
    const first = await refundFor(operator.id, sale, key, { ...whole, amountMinor: "25" });
    expect(first).toMatchObject({
      type: "settled",
      replayed: false,
      payment: { userId: merchant.id, kind: "refund", status: "succeeded", note: whole.reason },
    });
    expect(await refundFor(operator.id, sale, key, { ...whole, amountMinor: "25" })).toEqual({
      ...first,
      replayed: true,
    });
    expect([
      await balanceOf(test.owner, payer.accountId),
      await balanceOf(test.owner, merchant.accountId),
    ]).toEqual([65n, 35n]);
    expect(await auditOf(operator)).toEqual([
      {
        id: key,
        action: "refund",
        kind: "payment",
        subject: sale.paymentId,
        reason: whole.reason,
        before: { refundedMinor: "0" },
        after: { refundedMinor: "25", amountMinor: "25", currency: "USD", decline: null },
      },
    ]);
    expect(await refundStateOf(sale, key)).toMatchObject({
      state: "settled",
      actor: { handle: operator.handle },
    });
    await expectBooksRight(test.owner);
  });

  it("is not kept from being made by a merchant who has as many open keys as they may", async () => {
    const { operator, merchant, sale } = await sold();
    await test.owner`
      insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
      select ${merchant.id}, gen_random_uuid(), 'transfer', gen_random_uuid(), now() + interval '1 day', database_identity()
        from generate_series(1, 2000)`;
    expect(await issueKey(merchant.id, { kind: "transfer", intentId: randomUUID() })).toEqual({
      type: "capped",
    });
    expect(tally([await refundFor(operator.id, sale, await newKey(sale), whole)])).toEqual({ paid: 1 });
    await test.owner`delete from idempotency_keys where user_id = ${merchant.id}`;
  });

  it("is one refund however often its form is sent at once, and one key", async () => {
    const { operator, payer, sale } = await sold();
    const intentId = randomUUID();
    const keys = await Promise.all(Array.from({ length: 6 }, () => newKey(sale, intentId)));
    expect(new Set(keys).size).toBe(1);
    const results = await Promise.all(keys.map((key) => refundFor(operator.id, sale, key, whole)));
    expect(tally(results)).toEqual({ paid: 1, "paid again": 5 });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(100n);
    expect(await auditOf(operator)).toHaveLength(1);
    expect(await issueRefundKey(sale, intentId)).toMatchObject({ type: "settled", payment: { id: keys[0] } });
  });

  it("under the same key of another amount, for another reason or by another operator moves nothing", async () => {
    const { operator, sale } = await sold();
    const other = await newPerson(test.owner, 0n, "operator");
    const key = await newKey(sale);
    await refundFor(operator.id, sale, key, { ...whole, amountMinor: "10" });
    for (const one of [whole, { amountMinor: "10", reason: "Another" }])
      expect(await refundFor(operator.id, sale, key, one)).toMatchObject({ type: "reused" });
    expect(await refundFor(other.id, sale, key, { ...whole, amountMinor: "10" })).toMatchObject({
      type: "reused",
    });
    expect(await auditOf(other)).toEqual([]);
    await expectBooksRight(test.owner);
  });

  it("is declined where the merchant has spent the money or less is left, stays so, and is written down", async () => {
    const { operator, payer, merchant, sale } = await sold();
    const spent = await transferKey(merchant);
    await pay(merchant.id, spent, transferTo(payer, "50"));
    const [poor, greedy] = [await newKey(sale), await newKey(sale)];
    const declined = await refundFor(operator.id, sale, poor, whole);
    expect(declined).toMatchObject({ payment: { status: "declined", declineCode: "insufficient_funds" } });
    await topUp(merchant, "1000");
    // The money has come; the key has its answer, for ever.
    expect(await refundFor(operator.id, sale, poor, whole)).toEqual({ ...declined, replayed: true });
    expect(await refundFor(operator.id, sale, greedy, { ...whole, amountMinor: "61" })).toMatchObject({
      payment: { status: "declined", declineCode: "refund_exceeds_payment" },
    });
    expect((await auditOf(operator)).map(({ after }) => [after.decline, after.refundedMinor])).toEqual([
      ["insufficient_funds", "0"],
      ["refund_exceeds_payment", "0"],
    ]);
    await expectBooksRight(test.owner);
  });

  it("shares what is left with the merchant's own refunds, in whatever order they come", async () => {
    const { operator, payer, merchant, sale } = await sold();
    const own = await keyFor(merchant.id, {
      kind: "refund",
      paymentId: sale.paymentId,
      intentId: randomUUID(),
    });
    const results = await Promise.all([
      refundFor(operator.id, sale, await newKey(sale), { ...whole, amountMinor: "40" }),
      pay(merchant.id, own, { operation: "refund", paymentId: sale.paymentId, amountMinor: "40" }),
    ]);
    expect(tally(results)).toEqual({ paid: 1, declined: 1 });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(80n);
    await expectBooksRight(test.owner);
  });

  it("needs a reason, an account that is open, and an operator on neither side", async () => {
    const { operator, payer, merchant, sale } = await sold();
    const key = await newKey(sale);
    const blank = {
      ...refundEntry(merchant, payer, key, sale.paymentId, 60n),
      actorId: operator.id,
      note: " ",
    };
    expect(words(await settleBatch([blank]))).toEqual(["malformed"]);
    const their = await sold(operator);
    expect(await refundFor(operator.id, their.sale, await newKey(their.sale), whole)).toEqual({
      type: "refused",
      reason: "own_account",
    });
    const other = await newPerson(test.owner, 0n, "operator");
    await setFrozen({ actorId: other.id, userId: merchant.id, reason: "Stolen" }, true);
    expect(await refundFor(operator.id, sale, key, whole)).toEqual({
      type: "refused",
      reason: "payer_closed",
    });
    expect(await auditOf(operator)).toEqual([]);
  });
});

describe("whoever is no operator", () => {
  it("forges no row of the audit log: a merchant who acts as themselves, or as an operator who lost the role, is refused", async () => {
    const { operator, payer, merchant, sale } = await sold();
    const key = await newKey(sale);
    expect(await refundFor(merchant.id, sale, key, whole)).toEqual({
      type: "refused",
      reason: "not_operator",
    });
    for (const change of ["role = 'merchant'", "role = 'operator', frozen_at = now()"]) {
      await test.owner.unsafe(`update users set ${change} where id = '${operator.id}'`);
      expect(await refundFor(operator.id, sale, key, whole)).toEqual({
        type: "refused",
        reason: "not_operator",
      });
    }
    // What the merchant does under that key by themselves is theirs, and no operator's.
    expect(
      await pay(merchant.id, key, { operation: "refund", paymentId: sale.paymentId, amountMinor: "60" }),
    ).toMatchObject({ payment: { status: "succeeded" } });
    expect(await test.owner`select from audit_log where id = ${key}`).toEqual([]);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(100n);
    await expectBooksRight(test.owner);
  });

  it("is refused from the moment that the role was taken away: a refund waits for who is taking it", async () => {
    const { operator, payer, sale } = await sold();
    const key = await newKey(sale);
    const withdrawal = `update users set role = 'payer' where id = '${operator.id}'`;
    const begun = await holding(test.owner, withdrawal, async (held) => {
      const waiting = refundFor(operator.id, sale, key, whole);
      await held.waiting(1);
      return { waiting };
    });
    expect(await begun.waiting).toEqual({ type: "refused", reason: "not_operator" });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(40n);
  });

  it("acts in no payment of another kind", async () => {
    const { operator, payer, merchant } = await sold();
    const key = await transferKey(payer);
    const { kind: _, ...fields } = refundEntry(payer, merchant, key, "", 1n);
    const transfer = {
      ...fields,
      kind: "transfer",
      refundOf: null,
      actorId: operator.id,
      note: "x",
    } as const;
    expect(words(await settleBatch([transfer]))).toEqual(["malformed"]);
  });
});

it("is made once, and told so, wherever its connection breaks", async () => {
  const url = new URL(test.appUrl);
  const proxy = await startWireProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const behindProxy = connect(url.href, SERVER_VERSION);
  try {
    const { operator, payer, sale } = await sold();
    const points = FAULT_POINTS.filter((point) => point !== "next-message");
    const one = { ...whole, amountMinor: "1" };
    for (const point of points) {
      const key = await newKey(sale);
      setDatabase(behindProxy);
      proxy.arm({ point, kind: "cut", matching: settling(key), times: 1 });
      const paid = await refundFor(operator.id, sale, key, one);
      expect(paid, point).toMatchObject({ payment: { id: key, status: "succeeded" } });
      setDatabase(test.db);
      expect(await refundFor(operator.id, sale, key, one), point).toMatchObject({ replayed: true });
    }
    expect(proxy.fired()).toBe(points.length);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(40n + BigInt(points.length));
    expect(await auditOf(operator)).toHaveLength(points.length);
    await expectBooksRight(test.owner);
  } finally {
    setDatabase(test.db);
    await behindProxy.close();
    await proxy.close();
  }
});
