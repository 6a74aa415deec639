/** Replays are the same bytes for ever: what a renderer wrote once, every later build writes again. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DECLINE_CODES } from "../../../lib/api/payment.ts";
import { problem } from "../../../lib/api/problems.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { keyFor, newPerson } from "../../testing/fixtures/people.ts";
import { FAILURES } from "../failures.ts";
import { pay } from "../pay.ts";
import { findPaymentRow, type PaymentRow } from "../row.ts";
import {
  CURRENT_RENDERER,
  RENDERERS,
  type Renderer,
  type Renderers,
  renderDecline,
  renderPayment,
  UnknownRenderer,
} from "./render.ts";

const test = testDatabase();

const PAID: PaymentRow = {
  userId: "019ab3c2-40d5-7dbd-bc93-000000000001",
  id: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  kind: "order",
  purposeId: "019ab3c2-40d5-7dbd-bc93-000000000002",
  subjectId: null,
  status: "succeeded",
  declineCode: null,
  amountMinor: 9_007_199_254_740_993n,
  currency: "USD",
  payerAccountId: "019ab3c2-40d5-7dbd-bc93-000000000003",
  payeeAccountId: "019ab3c2-40d5-7dbd-bc93-000000000004",
  note: null,
  renderer: 1,
  settledAt: new Date("2026-02-03T04:05:06.007Z"),
};
const DECLINED: PaymentRow = {
  ...PAID,
  kind: "transfer",
  status: "declined",
  declineCode: "limit_exceeded",
  note: "für „dich“ 🎁",
};
const REFUND: PaymentRow = { ...PAID, kind: "refund", subjectId: PAID.userId, amountMinor: 1n };

/** What a later build might bring: another order of members, another word, a member more. */
const renameAmount: Renderer = {
  payment: (row) =>
    ({
      ...RENDERERS.get(1)?.payment(row),
      amountMinor: undefined,
      minor: row.amountMinor.toString(),
    }) as never,
  decline: (row) => ({ title: "No", payment: renameAmount.payment(row) }) as never,
};
const OF_A_NEWER_BUILD: Renderers = new Map([...RENDERERS, [2, renameAmount]]);

describe("the first renderer", () => {
  const accounts =
    '"payerAccountId":"019ab3c2-40d5-7dbd-bc93-000000000003","payeeAccountId":"019ab3c2-40d5-7dbd-bc93-000000000004"';

  it("writes these bytes and will for ever", () => {
    expect(JSON.stringify(renderPayment(PAID))).toBe(
      `{"id":"019ab3c2-40d5-7dbd-bc93-6894a57f9324","kind":"order","status":"succeeded","amountMinor":"9007199254740993","currency":"USD",${accounts},"orderId":"019ab3c2-40d5-7dbd-bc93-000000000002","settledAt":"2026-02-03T04:05:06.007Z"}`,
    );
    expect(JSON.stringify(renderPayment(REFUND))).toBe(
      `{"id":"019ab3c2-40d5-7dbd-bc93-6894a57f9324","kind":"refund","status":"succeeded","amountMinor":"1","currency":"USD",${accounts},"refundOf":"019ab3c2-40d5-7dbd-bc93-000000000001","settledAt":"2026-02-03T04:05:06.007Z"}`,
    );
    expect(JSON.stringify(renderDecline(DECLINED))).toBe(
      `{"type":"/problems/declined","title":"Payment declined","status":402,"detail":"The payment was declined. No money has moved.","moneyMoved":"no","retry":"new-key","declineCode":"limit_exceeded","payment":{"id":"019ab3c2-40d5-7dbd-bc93-6894a57f9324","kind":"transfer","status":"declined","declineCode":"limit_exceeded","amountMinor":"9007199254740993","currency":"USD",${accounts},"note":"für „dich“ 🎁","settledAt":"2026-02-03T04:05:06.007Z"}}`,
    );
  });

  it("says today what the tables of problems and failures say of a decline", () => {
    for (const declineCode of DECLINE_CODES) {
      const { declineCode: code, payment, ...document } = renderDecline({ ...DECLINED, declineCode });
      expect([code, payment.declineCode]).toEqual([declineCode, declineCode]);
      expect(document).toEqual({ ...problem("declined"), retry: FAILURES.declined[declineCode].retry });
    }
  });

  it("writes the same in a build that has a second one and settles with that", () => {
    for (const row of [PAID, REFUND, DECLINED]) {
      expect(JSON.stringify(renderPayment(row, OF_A_NEWER_BUILD))).toBe(JSON.stringify(renderPayment(row)));
    }
    expect(JSON.stringify(renderDecline(DECLINED, OF_A_NEWER_BUILD))).toBe(
      JSON.stringify(renderDecline(DECLINED)),
    );
    expect(renderPayment({ ...PAID, renderer: 2 }, OF_A_NEWER_BUILD)).toHaveProperty("minor");
    expect(renderDecline({ ...DECLINED, renderer: 2 }, OF_A_NEWER_BUILD).title).toBe("No");
  });
});

it("the current renderer is one that this build has, and what is settled now says that it was used", async () => {
  expect(RENDERERS.has(CURRENT_RENDERER)).toBe(true);
  const person = await newPerson(test.owner, 0n);
  const key = await keyFor(person.id, { kind: "top-up", intentId: randomUUID() });
  await pay(person.id, key, { operation: "top-up", amountMinor: "5", currency: "USD" });
  expect((await findPaymentRow(person.id, key))?.renderer).toBe(CURRENT_RENDERER);
});

it("what only a newer build can render is not guessed at", () => {
  expect(() => renderPayment({ ...PAID, renderer: 2 })).toThrow(UnknownRenderer);
  expect(() => renderDecline({ ...DECLINED, renderer: 2 })).toThrow(UnknownRenderer);
});
