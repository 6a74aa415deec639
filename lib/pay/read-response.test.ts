/** What is not plainly the outcome of the key that was sent, whole and without contradiction, is unknown. */
import { describe, expect, it } from "vitest";
import type { Payment } from "../api/payment.ts";
import { problem } from "../api/problems.ts";
import { isPayment, readKeyState, readPaymentResponse } from "./read-response.ts";

const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";

const paid: Payment = {
  id: KEY,
  kind: "order",
  status: "succeeded",
  amountMinor: "3800",
  currency: "USD",
  payerAccountId: "3f1c8a52-7a4e-4a8d-9f0e-1d2c3b4a5968",
  payeeAccountId: "5a0b7c11-2f64-4c39-8d70-6e5f4a3b2c1d",
  orderId: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
  settledAt: "2026-03-02T09:41:07.218Z",
};
const declined: Payment = { ...paid, status: "declined", declineCode: "insufficient_funds" };

const read = (status: number, body: unknown) => readPaymentResponse(KEY, { status, body }, 0);

describe("half a payment is none", () => {
  const always = Object.keys(paid).filter((name) => name !== "orderId") as (keyof Payment)[];
  it.each(always)("without its %s", (name) => {
    const half = { ...paid, [name]: undefined };
    expect(isPayment(half)).toBe(false);
    expect(read(201, half)).toEqual({ type: "unknown", key: KEY });
    expect(readKeyState(KEY, { state: "settled", payment: half })).toBeUndefined();
    const complaint = { ...problem("invalid-request", "no"), payment: half };
    expect(read(422, complaint)).toEqual({ type: "unknown", key: KEY });
  });

  it("nor is a decline without its reason", () => {
    expect(isPayment(declined)).toBe(true);
    expect(isPayment({ ...declined, declineCode: undefined })).toBe(false);
  });
});

describe("an answer that contradicts itself is none", () => {
  it.each([
    ["a decline that comes as a success", 201, declined],
    ["a success that comes as a decline", 402, { ...problem("declined"), payment: paid }],
    [
      "money that moved by a decline",
      422,
      { ...problem("idempotency-key-reused", "yes"), payment: declined },
    ],
    ["no money moved by a success", 422, { ...problem("idempotency-key-reused", "no"), payment: paid }],
  ])("%s", (_what, status, body) => {
    expect(read(status, body)).toEqual({ type: "unknown", key: KEY });
  });
});
