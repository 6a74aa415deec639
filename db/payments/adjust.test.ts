/** A correction moves what one operator asked for and another approved: once, or never. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { connect, setDatabase } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import {
  type AdjustmentRequest,
  endAdjustment,
  findAdjustment,
  requestAdjustment,
} from "../ledger/adjustments.ts";
import { setFrozen } from "../ledger/restrictions.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import { adjustmentEntry, settleBatch, transferEntry, words } from "../testing/fixtures/entries.ts";
import { holding } from "../testing/fixtures/hold-lock.ts";
import {
  balanceOf,
  expectBooksRight,
  newPerson,
  type Person,
  transferKey,
} from "../testing/fixtures/people.ts";
import { FAULT_POINTS, settling, startWireProxy } from "../testing/proxies/wire-proxy.ts";
import { approveAdjustment } from "./adjust.ts";
import { fund } from "./funding.ts";
import { listPaymentsFor } from "./views/list.ts";

const test = testDatabase();

async function people(balanceMinor = 50n) {
  const [asker, approver] = [
    await newPerson(test.owner, 0n, "operator"),
    await newPerson(test.owner, 0n, "operator"),
  ];
  return {
    asker,
    approver,
    from: await newPerson(test.owner, balanceMinor),
    to: await newPerson(test.owner, 0n),
  };
}

function requestOf(from: Person, to: Person, fields: Partial<AdjustmentRequest> = {}): AdjustmentRequest {
  return {
    id: randomUUID(),
    debitAccountId: from.accountId,
    creditAccountId: to.accountId,
    amountMinor: "30",
    currency: "USD",
    reason: "Booked to the wrong account",
    ...fields,
  };
}

async function asked(balanceMinor?: bigint) {
  const all = await people(balanceMinor);
  const request = requestOf(all.from, all.to);
  expect(await requestAdjustment(all.asker.id, request)).toBe("done");
  return { ...all, id: request.id, request };
}

const actionsOf = async (id: string) =>
  (
    await test.owner<{ action: string; actor: string }[]>`
      select action, actor_id as actor from audit_log where subject_kind = 'adjustment' and subject_id = ${id} order by at, action`
  ).map(({ action, actor }) => [action, actor]);

const balances = async ({ from, to }: { from: Person; to: Person }) => [
  await balanceOf(test.owner, from.accountId),
  await balanceOf(test.owner, to.accountId),
];

describe("asking for a correction", () => {
  it("moves nothing, is asked once for each id, and is written down", async () => {
    const all = await asked();
    expect(await requestAdjustment(all.asker.id, all.request)).toBe("unchanged");
    expect(await requestAdjustment(all.asker.id, { ...all.request, amountMinor: "31" })).toBe("reused");
    expect(await requestAdjustment(all.approver.id, all.request)).toBe("reused");
    expect(await actionsOf(all.id)).toEqual([["adjustment-ask", all.asker.id]]);
    expect(await balances(all)).toEqual([50n, 0n]);
    const other = requestOf(all.from, all.to);
    const verdicts = await Promise.all(
      Array.from({ length: 8 }, () => requestAdjustment(all.asker.id, other)),
    );
    expect(verdicts.sort()).toEqual(["done", ...Array.from({ length: 7 }, () => "unchanged")]);
    expect(await actionsOf(other.id)).toHaveLength(1);
  });

  it("is refused to who is no operator, of an account of their own, and of accounts that do not fit", async () => {
    const { asker, from, to } = await people();
    expect(await requestAdjustment(from.id, requestOf(from, to))).toBe("not_operator");
    expect(await requestAdjustment(asker.id, requestOf(asker, to))).toBe("own_account");
    expect(await requestAdjustment(asker.id, requestOf(from, asker))).toBe("own_account");
    expect(await requestAdjustment(asker.id, requestOf(from, from))).toBe("same_account");
    expect(await requestAdjustment(asker.id, requestOf(from, to, { currency: "JPY" }))).toBe(
      "currency_mismatch",
    );
    expect(await requestAdjustment(asker.id, requestOf(from, { ...to, accountId: randomUUID() }))).toBe(
      "unknown_account",
    );
    await setFrozen({ actorId: asker.id, userId: to.id, reason: "Stolen" }, true);
    expect(await requestAdjustment(asker.id, requestOf(from, to))).toBe("account_closed");
  });
});

describe("approving a correction", () => {
  it("moves the money once, with both operators in the audit log, and shows it to both owners", async () => {
    const all = await asked();
    const first = await approveAdjustment(all.approver.id, all.id);
    expect(first).toMatchObject({
      type: "settled",
      replayed: false,
      payment: { kind: "adjustment", userId: all.asker.id, status: "succeeded" },
    });
    expect(await approveAdjustment(all.approver.id, all.id)).toEqual({ ...first, replayed: true });
    expect(await balances(all)).toEqual([20n, 30n]);
    expect(await actionsOf(all.id)).toEqual([
      ["adjustment-ask", all.asker.id],
      ["adjustment-approve", all.approver.id],
    ]);
    const paymentId = first.type === "settled" ? first.payment.id : "";
    expect(await findAdjustment(all.id)).toMatchObject({
      state: "done",
      paymentId,
      endedBy: { id: all.approver.id },
    });
    for (const owner of [all.from, all.to])
      expect((await listPaymentsFor(owner.id, 1))[0]?.payment).toMatchObject({
        id: paymentId,
        kind: "adjustment",
        note: all.request.reason,
      });
    await expectBooksRight(test.owner);
  });

  it("is not for who asked: another operator does", async () => {
    const all = await asked();
    expect(await approveAdjustment(all.asker.id, all.id)).toEqual({
      type: "refused",
      reason: "same_operator",
    });
    expect(await balances(all)).toEqual([50n, 0n]);
    expect(await findAdjustment(all.id)).toMatchObject({ state: "pending" });
    expect(await approveAdjustment(all.approver.id, all.id)).toMatchObject({
      payment: { status: "succeeded" },
    });
  });

  it("by two at once, many times each, moves the money once, and says whose approval it was", async () => {
    const all = await asked();
    const third = await newPerson(test.owner, 0n, "operator");
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, n) => approveAdjustment((n % 2 ? third : all.approver).id, all.id)),
    );
    expect(results.filter((result) => result.type === "settled" && !result.replayed)).toHaveLength(1);
    expect(results.filter(({ type }) => type === "settled")).toHaveLength(5);
    expect(results.filter(({ type }) => type === "reused")).toHaveLength(5);
    expect(await balances(all)).toEqual([20n, 30n]);
    expect(await actionsOf(all.id)).toHaveLength(2);
    await expectBooksRight(test.owner);
  });

  it("and withdrawing at once: one of the two, and the other is told", async () => {
    for (let round = 0; round < 6; round += 1) {
      const all = await asked();
      const [approved, withdrawn] = await Promise.all([
        approveAdjustment(all.approver.id, all.id),
        endAdjustment(all.asker.id, all.id, "withdrawn", "Not needed"),
      ]);
      const isWithdrawn = withdrawn === "done";
      expect(approved).toMatchObject(
        isWithdrawn
          ? { type: "refused", reason: "adjustment_ended" }
          : { type: "settled", payment: { status: "succeeded" } },
      );
      expect(await balances(all)).toEqual(isWithdrawn ? [50n, 0n] : [20n, 30n]);
      expect(await actionsOf(all.id)).toHaveLength(2);
    }
    await expectBooksRight(test.owner);
  });

  it("waits for a withdrawal that is under way, then moves nothing, and makes no other payment fail", async () => {
    const { asker, approver, ...all } = await people();
    const { id, entry } = await adjustmentEntry(asker, approver, all.from, all.to, 10n);
    const beside = transferEntry(all.from, all.to, await transferKey(all.from), 5n);
    const withdrawal = `update ledger_adjustments set state = 'withdrawn', ended_by = asked_by, end_reason = 'x', ended_at = now() where id = '${id}'`;
    const begun = await holding(test.owner, withdrawal, async (held) => {
      const waiting = settleBatch([entry, beside]);
      await held.waiting(1);
      return { waiting };
    });
    expect(words(await begun.waiting)).toEqual(["adjustment_ended", "paid"]);
    expect(await balances(all)).toEqual([45n, 5n]);
  });

  it("of more than there is is declined, ends the request, and stays declined when money comes", async () => {
    const all = await asked(10n);
    const declined = await approveAdjustment(all.approver.id, all.id);
    expect(declined).toMatchObject({ payment: { status: "declined", declineCode: "insufficient_funds" } });
    expect(
      await fund(all.asker.id, randomUUID(), {
        direction: "credit",
        accountOf: all.from.handle,
        amountMinor: 500n,
        currency: "USD",
        reason: "Bank transfer",
      }),
    ).toMatchObject({ type: "settled" });
    expect(await approveAdjustment(all.approver.id, all.id)).toEqual({ ...declined, replayed: true });
    expect(await findAdjustment(all.id)).toMatchObject({
      state: "declined",
      declineCode: "insufficient_funds",
    });
    expect(await balances(all)).toEqual([510n, 0n]);
    await expectBooksRight(test.owner);
  });

  it.each(["asker", "approver"] as const)(
    "is refused while the %s is no operator, or is frozen",
    async (who) => {
      const all = await asked();
      const reason = who === "asker" ? "asker_not_operator" : "not_operator";
      for (const change of ["role = 'payer'", "role = 'operator', frozen_at = now()"]) {
        await test.owner.unsafe(`update users set ${change} where id = '${all[who].id}'`);
        expect(await approveAdjustment(all.approver.id, all.id)).toEqual({ type: "refused", reason });
      }
      expect(await balances(all)).toEqual([50n, 0n]);
    },
  );

  it("waits for who is taking the approver's role away, and is then refused", async () => {
    const all = await asked();
    const withdrawal = `update users set role = 'payer' where id = '${all.approver.id}'`;
    const begun = await holding(test.owner, withdrawal, async (held) => {
      const waiting = approveAdjustment(all.approver.id, all.id);
      await held.waiting(1);
      return { waiting };
    });
    expect(await begun.waiting).toEqual({ type: "refused", reason: "not_operator" });
    expect(await balances(all)).toEqual([50n, 0n]);
  });

  it("of an account of the approver's is refused: a third operator does", async () => {
    const { asker, approver, from } = await people();
    const request = requestOf(from, approver);
    await requestAdjustment(asker.id, request);
    expect(await approveAdjustment(approver.id, request.id)).toEqual({
      type: "refused",
      reason: "own_account",
    });
    const third = await newPerson(test.owner, 0n, "operator");
    expect(await approveAdjustment(third.id, request.id)).toMatchObject({ payment: { status: "succeeded" } });
  });

  it("moves money to and from the house's own account, which has no floor", async () => {
    const { asker, approver, from } = await people();
    const [house] = await test.owner<{ id: string }[]>`
      select house_account_id as id from currencies where code = 'USD'`;
    const debit = requestOf(from, from, { debitAccountId: house?.id ?? "" });
    expect(await requestAdjustment(asker.id, debit)).toBe("done");
    expect(await approveAdjustment(approver.id, debit.id)).toMatchObject({
      payment: { status: "succeeded" },
    });
    expect(await balanceOf(test.owner, from.accountId)).toBe(80n);
    await expectBooksRight(test.owner);
  });

  it("moves what was asked for and nothing else, whatever the statement says", async () => {
    const { asker, approver, from, to } = await people();
    const { entry } = await adjustmentEntry(asker, approver, from, to, 10n);
    const wrong = [
      { ...entry, amountMinor: 11n },
      { ...entry, creditAccountId: asker.accountId },
      { ...entry, note: "Another reason" },
      { ...entry, actorId: undefined },
      { ...entry, adjustmentId: randomUUID() },
    ];
    expect(words(await settleBatch(wrong))).toEqual([
      "adjustment_unknown",
      "adjustment_unknown",
      "adjustment_unknown",
      "not_operator",
      "mismatch",
    ]);
    expect(words(await settleBatch([entry, { ...entry, actorId: asker.id }]))).toEqual(["paid", "replayed"]);
    await expectBooksRight(test.owner);
  });
});

describe("ending a correction without a payment", () => {
  it("is refusing it, by another operator, or withdrawing it, by who asked: once, with a reason", async () => {
    const all = await asked();
    expect(await endAdjustment(all.asker.id, all.id, "refused", "No")).toBe("self");
    expect(await endAdjustment(all.approver.id, all.id, "withdrawn", "No")).toBe("self");
    expect(await endAdjustment(all.from.id, all.id, "refused", "No")).toBe("not_operator");
    expect(await endAdjustment(all.approver.id, randomUUID(), "refused", "No")).toBe("unknown_request");
    expect(await endAdjustment(all.approver.id, all.id, "refused", "Not ours to pay")).toBe("done");
    expect(await endAdjustment(all.approver.id, all.id, "refused", "Not ours to pay")).toBe("unchanged");
    expect(await endAdjustment(all.asker.id, all.id, "withdrawn", "No")).toBe("decided");
    expect(await approveAdjustment(all.approver.id, all.id)).toEqual({
      type: "refused",
      reason: "adjustment_ended",
    });
    expect(await findAdjustment(all.id)).toMatchObject({ state: "refused", endReason: "Not ours to pay" });
    expect(await actionsOf(all.id)).toEqual([
      ["adjustment-ask", all.asker.id],
      ["adjustment-refuse", all.approver.id],
    ]);
  });

  it("leaves a row that nobody changes, not even its owner", async () => {
    const all = await asked();
    await expect(
      test.owner`update ledger_adjustments set amount_minor = 1 where id = ${all.id}`,
    ).rejects.toThrow("ends once");
    await approveAdjustment(all.approver.id, all.id);
    await expect(
      test.owner`update ledger_adjustments set state = 'refused', end_reason = 'x', payment_id = null where id = ${all.id}`,
    ).rejects.toThrow("ends once");
    await expect(test.owner`delete from ledger_adjustments where id = ${all.id}`).rejects.toThrow("never");
  });
});

it("no key for one is issued to anybody but who asked", async () => {
  const all = await asked();
  expect(await issueKey(all.approver.id, { kind: "adjustment", intentId: all.id })).toEqual({
    type: "not-found",
  });
});

it("is approved once, and told so, wherever its connection breaks", async () => {
  const url = new URL(test.appUrl);
  const proxy = await startWireProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const behindProxy = connect(url.href, SERVER_VERSION);
  try {
    for (const point of FAULT_POINTS.filter((point) => point !== "next-message")) {
      const all = await asked();
      const issued = await issueKey(all.asker.id, { kind: "adjustment", intentId: all.id });
      const key = issued.type === "created" ? issued.key : "";
      setDatabase(behindProxy);
      proxy.arm({ point, kind: "cut", matching: settling(key), times: 1 });
      expect(await approveAdjustment(all.approver.id, all.id), point).toMatchObject({
        payment: { id: key, status: "succeeded" },
      });
      setDatabase(test.db);
      expect(await approveAdjustment(all.approver.id, all.id), point).toMatchObject({ replayed: true });
      expect(await balances(all)).toEqual([20n, 30n]);
      expect(await actionsOf(all.id)).toHaveLength(2);
    }
    await expectBooksRight(test.owner);
  } finally {
    setDatabase(test.db);
    await behindProxy.close();
    await proxy.close();
  }
});
