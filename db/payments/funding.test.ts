/** An operator puts money in and takes it out: once per intent, and nobody else does. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connect, setDatabase } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { setFrozen } from "../ledger/restrictions.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import { entry, fundingEntry, settleBatch, words } from "../testing/fixtures/entries.ts";
import { holding } from "../testing/fixtures/hold-lock.ts";
import { balanceOf, expectBooksRight, keyFor, newPerson, type Person } from "../testing/fixtures/people.ts";
import { FAULT_POINTS, settling, startWireProxy } from "../testing/proxies/wire-proxy.ts";
import { type Funding, fund } from "./funding.ts";
import { listPaymentsFor } from "./views/list.ts";

const test = testDatabase();

async function operatorAndPayer(balanceMinor = 0n) {
  return [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, balanceMinor)] as const;
}

function funding(of: Person, fields: Partial<Funding> = {}): Funding {
  const plain = {
    direction: "credit",
    amountMinor: 500n,
    currency: "USD",
    reason: "Paid in by bank transfer",
  } as const;
  return { accountOf: of.handle, ...plain, ...fields };
}

async function auditOf(operator: Person) {
  return test.owner`
    select id, action, reason, before, after from audit_log where actor_id = ${operator.id} order by at, id`;
}

describe("a funding", () => {
  it("moves money between the house account and somebody's, once, and the audit log tells of it", async () => {
    const [operator, payer] = await operatorAndPayer();
    const intentId = randomUUID();
    const first = await fund(operator.id, intentId, funding(payer));
    expect(first).toMatchObject({
      type: "settled",
      replayed: false,
      payment: { kind: "funding", status: "succeeded" },
    });
    expect(await fund(operator.id, intentId, funding(payer))).toMatchObject({
      type: "settled",
      replayed: true,
    });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(500n);
    expect(await auditOf(operator)).toMatchObject([
      {
        id: first.type === "settled" ? first.payment.id : "",
        action: "fund",
        reason: "Paid in by bank transfer",
        before: { balanceMinor: "0" },
        after: {
          balanceMinor: "500",
          direction: "credit",
          amountMinor: "500",
          currency: "USD",
          decline: null,
        },
      },
    ]);
    await expectBooksRight(test.owner);
  });

  it("is one payment however many run at once, under one intent", async () => {
    const [operator, payer] = await operatorAndPayer();
    const intentId = randomUUID();
    const results = await Promise.all(
      Array.from({ length: 12 }, () => fund(operator.id, intentId, funding(payer))),
    );
    const ids = new Set(
      results.map((result) => (result.type === "settled" ? result.payment.id : result.type)),
    );
    expect(ids.size).toBe(1);
    expect(results.filter((result) => result.type === "settled" && !result.replayed)).toHaveLength(1);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(500n);
    expect(await auditOf(operator)).toHaveLength(1);
  });

  it("of another amount, account, direction or reason under the same intent is told so, and moves nothing", async () => {
    const [operator, payer] = await operatorAndPayer();
    const other = await newPerson(test.owner, 0n);
    const intentId = randomUUID();
    await fund(operator.id, intentId, funding(payer));
    const others = [
      funding(payer, { amountMinor: 501n }),
      funding(payer, { direction: "debit" }),
      funding(payer, { reason: "Another reason" }),
      funding(other),
    ];
    for (const one of others)
      expect(await fund(operator.id, intentId, one)).toMatchObject({ type: "reused" });
    expect([
      await balanceOf(test.owner, payer.accountId),
      await balanceOf(test.owner, other.accountId),
    ]).toEqual([500n, 0n]);
    expect(await auditOf(operator)).toHaveLength(1);
  });

  it("is found by who is no operator any more, and is then not said to have moved nothing", async () => {
    const [operator, payer] = await operatorAndPayer();
    const [paid, open] = [randomUUID(), randomUUID()];
    const made = await fund(operator.id, paid, funding(payer));
    await keyFor(operator.id, { kind: "funding", intentId: open });
    await test.owner`update users set role = 'payer' where id = ${operator.id}`;
    expect(await fund(operator.id, paid, funding(payer))).toEqual({ ...made, replayed: true });
    expect(await fund(operator.id, paid, funding(payer, { amountMinor: 501n }))).toMatchObject({
      type: "reused",
    });
    for (const intentId of [open, randomUUID()])
      expect(await fund(operator.id, intentId, funding(payer))).toEqual({
        type: "refused",
        reason: "not_operator",
      });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(500n);
  });

  it("takes out what is there and no more; the same intent may try again after a decline", async () => {
    const [operator, payer] = await operatorAndPayer(300n);
    const intentId = randomUUID();
    const debit = funding(payer, { direction: "debit", reason: "Paid out" });
    expect(await fund(operator.id, intentId, debit)).toMatchObject({
      payment: { status: "declined", declineCode: "insufficient_funds" },
    });
    await fund(operator.id, randomUUID(), funding(payer, { amountMinor: 200n }));
    expect(await fund(operator.id, intentId, debit)).toMatchObject({ payment: { status: "succeeded" } });
    expect(await fund(operator.id, intentId, debit)).toMatchObject({
      replayed: true,
      payment: { status: "succeeded" },
    });
    expect(await balanceOf(test.owner, payer.accountId)).toBe(0n);
    expect((await auditOf(operator)).map(({ after }) => after.decline)).toEqual([
      "insufficient_funds",
      null,
      null,
    ]);
    await expectBooksRight(test.owner);
  });

  it("counts towards no day's limit", async () => {
    const [operator, payer] = await operatorAndPayer(300n);
    await test.owner`update ledger_accounts set day_limit_minor = 10 where id = ${payer.accountId}`;
    const debit = funding(payer, { direction: "debit", amountMinor: 200n });
    expect(await fund(operator.id, randomUUID(), debit)).toMatchObject({ payment: { status: "succeeded" } });
    const [row] = await test.owner`select day_out_minor from ledger_accounts where id = ${payer.accountId}`;
    expect(row?.day_out_minor).toBe(0n);
  });

  it("cannot be refunded by whoever got it", async () => {
    const [operator, payer] = await operatorAndPayer();
    const funded = await fund(operator.id, randomUUID(), funding(payer));
    const paymentId = funded.type === "settled" ? funded.payment.id : "";
    const key = await keyFor(payer.id, { kind: "refund", paymentId, intentId: randomUUID() });
    const refund = entry({
      userId: payer.id,
      key,
      kind: "refund",
      refundOf: paymentId,
      debitAccountId: payer.accountId,
      creditAccountId: (await fundingEntry(operator, payer, key, 1n)).debitAccountId,
      amountMinor: 500n,
    });
    expect(words(await settleBatch([refund]))).toEqual(["payment_unknown"]);
  });

  it("opens the account that its owner lacks, and needs a currency that is open", async () => {
    const [operator, payer] = await operatorAndPayer();
    const yen = funding(payer, { currency: "JPY" });
    expect(await fund(operator.id, randomUUID(), yen)).toMatchObject({ payment: { status: "succeeded" } });
    const francs = funding(payer, { currency: "CHF" });
    expect(await fund(operator.id, randomUUID(), francs)).toEqual({
      type: "refused",
      reason: "payer_unknown",
    });
  });

  it("stands in the list of whose money was taken out", async () => {
    const [operator, payer] = await operatorAndPayer(300n);
    await fund(operator.id, randomUUID(), funding(payer, { direction: "debit", amountMinor: 1n }));
    const [newest] = await listPaymentsFor(payer.id, 1);
    expect(newest?.payment).toMatchObject({
      kind: "funding",
      amountMinor: "1",
      note: "Paid in by bank transfer",
    });
  });

  it("neither enters nor leaves a frozen account", async () => {
    const [operator, payer] = await operatorAndPayer(300n);
    await setFrozen({ actorId: operator.id, userId: payer.id, reason: "Stolen" }, true);
    expect(await fund(operator.id, randomUUID(), funding(payer))).toMatchObject({
      payment: { status: "declined", declineCode: "payee_closed" },
    });
    expect(await fund(operator.id, randomUUID(), funding(payer, { direction: "debit" }))).toEqual({
      type: "refused",
      reason: "payer_closed",
    });
  });
});

it("is made once, and told so, wherever its connection breaks", async () => {
  const url = new URL(test.appUrl);
  const proxy = await startWireProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const behindProxy = connect(url.href, SERVER_VERSION);
  try {
    const [operator, payer] = await operatorAndPayer();
    const points = FAULT_POINTS.filter((point) => point !== "next-message");
    for (const point of points) {
      const intentId = randomUUID();
      const key = await keyFor(operator.id, { kind: "funding", intentId });
      setDatabase(behindProxy);
      proxy.arm({ point, kind: "cut", matching: settling(key), times: 1 });
      expect(await fund(operator.id, intentId, funding(payer, { amountMinor: 1n })), point).toMatchObject({
        payment: { id: key, status: "succeeded" },
      });
      setDatabase(test.db);
      expect(await fund(operator.id, intentId, funding(payer, { amountMinor: 1n })), point).toMatchObject({
        replayed: true,
      });
    }
    expect(proxy.fired()).toBe(points.length);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(BigInt(points.length));
    expect(await auditOf(operator)).toHaveLength(points.length);
    await expectBooksRight(test.owner);
  } finally {
    setDatabase(test.db);
    await behindProxy.close();
    await proxy.close();
  }
});

describe("whoever is no operator", () => {
  it("gets no key", async () => {
    for (const role of ["payer", "merchant"] as const) {
      const { id } = await newPerson(test.owner, 0n, role);
      expect(await issueKey(id, { kind: "funding", intentId: randomUUID() })).toEqual({ type: "not-found" });
    }
  });

  it("is refused in SQL, with whatever key, and whatever else they were when it was issued", async () => {
    const [operator, payer] = await operatorAndPayer();
    const key = await keyFor(operator.id, { kind: "funding", intentId: randomUUID() });
    for (const change of ["role = 'merchant'", "role = 'operator', frozen_at = now()"]) {
      await test.owner.unsafe(`update users set ${change} where id = '${operator.id}'`);
      expect(words(await settleBatch([await fundingEntry(operator, payer, key, 5n)]))).toEqual([
        "not_operator",
      ]);
    }
    expect(await balanceOf(test.owner, payer.accountId)).toBe(0n);
    expect(await auditOf(operator)).toEqual([]);
  });

  it("is refused from the moment that the role was taken away: a funding waits for who is taking it", async () => {
    const [operator, payer] = await operatorAndPayer();
    const key = await keyFor(operator.id, { kind: "funding", intentId: randomUUID() });
    const withdrawal = `update users set role = 'payer' where id = '${operator.id}'`;
    const one = await fundingEntry(operator, payer, key, 5n);
    const begun = await holding(test.owner, withdrawal, async (held) => {
      const waiting = settleBatch([one]);
      await held.waiting(1);
      return { waiting };
    });
    expect(words(await begun.waiting)).toEqual(["not_operator"]);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(0n);
  });
});

it.each(["credit", "debit"] as const)(
  "an operator's own account is for another operator: %s",
  async (direction) => {
    const [operator, other] = [
      await newPerson(test.owner, 900n, "operator"),
      await newPerson(test.owner, 0n, "operator"),
    ];
    const intentId = randomUUID();
    const own = funding(operator, { direction });
    const refused = { type: "refused", reason: "own_account" };
    expect(await fund(operator.id, intentId, own)).toEqual(refused);
    expect(await balanceOf(test.owner, operator.accountId)).toBe(900n);
    expect(await auditOf(operator)).toEqual([]);
    expect(await fund(other.id, randomUUID(), own)).toMatchObject({ payment: { status: "succeeded" } });
    await expectBooksRight(test.owner);
  },
);

describe("settling refuses a funding", () => {
  it("with no house account, with two, or without a reason, and anything else with one", async () => {
    const [operator, payer] = await operatorAndPayer(100n);
    const other = await newPerson(test.owner, 100n);
    const key = await keyFor(operator.id, { kind: "funding", intentId: randomUUID() });
    const right = await fundingEntry(operator, payer, key, 5n);
    const [yenHouse] = await test.owner<{ id: string }[]>`
      select house_account_id as id from currencies where code = 'JPY'`;
    const wrong = [
      { ...right, debitAccountId: other.accountId },
      { ...right, creditAccountId: yenHouse?.id ?? null },
      { ...right, note: null },
      { ...right, note: "  " },
    ];
    expect(words(await settleBatch(wrong))).toEqual([
      "house_account_mismatch",
      "house_account_mismatch",
      "malformed",
      "malformed",
    ]);
    const transferKey = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
    const toTheHouse = entry({
      userId: payer.id,
      key: transferKey,
      kind: "transfer",
      debitAccountId: payer.accountId,
      creditAccountId: right.debitAccountId,
      amountMinor: 5n,
    });
    expect(words(await settleBatch([toTheHouse]))).toEqual(["payee_unknown"]);
    await expectBooksRight(test.owner);
  });
});

it("a batch of fundings of one account is executed as one after another, each with the balance it found", async () => {
  const [operator, payer] = await operatorAndPayer(100n);
  const entries = await Promise.all(
    [10n, 20n, 30n].map(async (amount) =>
      fundingEntry(
        operator,
        payer,
        await keyFor(operator.id, { kind: "funding", intentId: randomUUID() }),
        amount,
      ),
    ),
  );
  expect(words(await settleBatch(entries))).toEqual(["paid", "paid", "paid"]);
  const rows = await test.owner<{ before: { balanceMinor: string }; after: { balanceMinor: string } }[]>`
    select before, after from audit_log where actor_id = ${operator.id} order by (after ->> 'balanceMinor')::bigint`;
  expect(rows.map(({ before, after }) => [before.balanceMinor, after.balanceMinor])).toEqual([
    ["100", "110"],
    ["110", "130"],
    ["130", "160"],
  ]);
});
