/** The forms by which operators move money: pressed again after an answer that got lost, they find out, and move nothing twice. */
import { randomUUID } from "node:crypto";
import { beforeEach, expect, it, vi } from "vitest";
import { findAdjustment } from "@/db/ledger/adjustments";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import {
  balanceOf,
  expectBooksRight,
  newPerson,
  type Person,
  transferKey,
  transferTo,
} from "@/db/testing/fixtures/people";
import { UNSENT } from "@/lib/form/form-state";
import { approveRequest, askAdjustment, refuseRequest, withdrawRequest } from "./ledger/adjustments/actions";
import { beginRefund, refundForMerchant } from "./payments/[id]/refund/actions";

/** Who is signed in, and whether the answer of the next statement that settles gets lost once it has settled. */
const world = vi.hoisted(() => ({ viewer: { id: "" }, isAnswerLost: false }));

vi.mock("@/server/identity/authorize", () => ({
  authorizeAction: async () => ({ ok: true, viewer: world.viewer }),
}));
vi.mock("next-intl/server", () => ({
  getTranslations: async (room: string) => (key: string) => `${room}.${key}`,
  getLocale: async () => "en",
}));
vi.mock("next/navigation", () => {
  class Redirect extends Error {}
  return {
    redirect: (path: string) => {
      throw new Redirect(path);
    },
    unstable_rethrow: (error: unknown) => {
      if (error instanceof Redirect) throw error;
    },
  };
});
vi.mock("@/server/http/responses", () => ({ problemOf: () => undefined }));
vi.mock("@/server/mail/receipts", () => ({ noteReceipt: () => undefined }));
vi.mock("@/db/payments/settle", async (original) => {
  const settling = await original<typeof import("@/db/payments/settle")>();
  return {
    ...settling,
    settle: async (...args: Parameters<typeof settling.settle>) => {
      const settlement = await settling.settle(...args);
      if (!world.isAnswerLost) return settlement;
      world.isAnswerLost = false;
      throw new Error("The answer got lost.");
    },
  };
});

const test = testDatabase();

beforeEach(() => {
  world.isAnswerLost = false;
});

type Act = typeof beginRefund;

/** Sends a form, and returns its answer's title, what is wrong with its fields, or where it led to. */
async function send(act: Act, fields: Record<string, string>): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  try {
    const { answer, errors } = await act(UNSENT, form);
    return answer
      ? `${answer.title}: ${answer.text}`
      : errors.map(({ name, code }) => `${name} ${code}`).join();
  } catch (error) {
    return (error as Error).message;
  }
}

async function sold() {
  const [payer, merchant] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n, "merchant")];
  const paymentId = await transferKey(payer);
  await pay(payer.id, paymentId, transferTo(merchant, "60"));
  return { payer, merchant, paymentId };
}

async function actAs(role: "operator" | "payer"): Promise<Person> {
  const person = await newPerson(test.owner, 0n, role);
  world.viewer = person;
  return person;
}

it("a refund whose answer got lost is said to be checked; the same form then finds it, and refunds once", async () => {
  const { payer, paymentId } = await sold();
  await actAs("operator");
  const start = { paymentId, intentId: randomUUID(), amount: "0.25", currency: "USD", reason: "Sent back" };
  const place = await send(beginRefund, start);
  // Pressed twice, it begins one.
  expect(await send(beginRefund, start)).toBe(place);
  const [, key = ""] = /\/refund\/([0-9a-f-]{36})\?amountMinor=25&reason=Sent\+back$/.exec(place) ?? [];
  const form = { paymentId, key, amountMinor: "25", reason: "Sent back" };
  world.isAnswerLost = true;
  expect(await send(refundForMerchant, form)).toBe("opsRefund.checking: opsRefund.checkingText");
  expect(await balanceOf(test.owner, payer.accountId)).toBe(65n);
  expect(await send(refundForMerchant, form)).toContain(`/refund/${key}`);
  expect(await balanceOf(test.owner, payer.accountId)).toBe(65n);
  // The form that began it leads to what became of it.
  expect(await send(beginRefund, start)).toBe(`/ops/payments/${paymentId}/refund/${key}`);
  await expectBooksRight(test.owner);
});

it("a refund without a reason, of more than is left, or by who is no operator moves nothing, and says so", async () => {
  const { payer, paymentId } = await sold();
  await actAs("operator");
  const start = { paymentId, intentId: randomUUID(), amount: "0.61", currency: "USD", reason: " " };
  expect(await send(beginRefund, start)).toBe("reason reason_empty,amount too_much");
  const place = await send(beginRefund, { ...start, amount: "0.60", reason: "Sent back" });
  const key = /\/refund\/([0-9a-f-]{36})/.exec(place)?.[1] ?? "";
  await actAs("payer");
  expect(await send(refundForMerchant, { paymentId, key, amountMinor: "60", reason: "Sent back" })).toBe(
    "opsRefund.notDone: opsRefund.refused_not_operator",
  );
  expect(await balanceOf(test.owner, payer.accountId)).toBe(40n);
});

it("a correction is asked for once, approved by another once also where the answer got lost, and then over", async () => {
  const { payer, merchant } = await sold();
  await actAs("operator");
  const id = randomUUID();
  const asked = {
    id,
    debit: `@${merchant.handle}`,
    credit: payer.accountId,
    amount: "0.10",
    currency: "USD",
    reason: "Wrong",
  };
  const place = `/ops/ledger/adjustments/${id}`;
  expect(await Promise.all([send(askAdjustment, asked), send(askAdjustment, asked)])).toEqual([place, place]);
  expect(await send(askAdjustment, { ...asked, amount: "0.11" })).toBe(
    "opsLedger.notAsked: opsLedger.ask_reused",
  );
  expect(await send(askAdjustment, { ...asked, id: randomUUID(), debit: "nobody-at-all" })).toBe(
    "debit account_unknown",
  );
  expect(await send(approveRequest, { id })).toBe("opsLedger.notDone: opsLedger.not_same_operator");
  expect(await send(refuseRequest, { id, reason: "No" })).toBe("opsLedger.notEnded: opsLedger.end_self");
  await actAs("operator");
  world.isAnswerLost = true;
  expect(await send(approveRequest, { id })).toBe("opsLedger.checking: opsLedger.checkingText");
  expect(await send(approveRequest, { id })).toBe(place);
  expect(await send(refuseRequest, { id, reason: "Too late" })).toBe(place);
  expect(await findAdjustment(id)).toMatchObject({ state: "done" });
  expect(await balanceOf(test.owner, payer.accountId)).toBe(50n);
  await expectBooksRight(test.owner);
});

it("what one asked for is withdrawn with a reason, and the house's account is named by its word", async () => {
  const { payer } = await sold();
  await actAs("operator");
  const id = randomUUID();
  const asked = { id, debit: "house", credit: payer.handle, amount: "1", currency: "USD", reason: "A gift" };
  expect(await send(askAdjustment, asked)).toBe(`/ops/ledger/adjustments/${id}`);
  expect(await send(withdrawRequest, { id, reason: "" })).toBe("reason reason_empty");
  expect(await send(withdrawRequest, { id, reason: "Not needed" })).toBe(`/ops/ledger/adjustments/${id}`);
  expect(await findAdjustment(id)).toMatchObject({ state: "withdrawn", endReason: "Not needed" });
  expect(await balanceOf(test.owner, payer.accountId)).toBe(40n);
});
