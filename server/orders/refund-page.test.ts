/** A refund that was overtaken by another one keeps what was typed, and says what is wrong with it. */
import { expect, it } from "vitest";
import type { Refundable } from "@/db/payments/views/refundable";
import { readRefundQuery, typedRefundPath } from "./refund-page.ts";

const SALE: Refundable = {
  paymentId: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  kind: "order",
  payer: { name: "Alice", handle: "alice" },
  amountMinor: 3_800n,
  refundedMinor: 2_000n,
  leftMinor: 1_800n,
  currency: "USD",
  settledAt: new Date("2026-03-02T09:38:12.000Z"),
};

it("an exact amount that is left is asked about, and one that is more comes back with its reason", () => {
  expect(readRefundQuery({ amountMinor: "1800", reason: "torn" }, SALE, "en")).toEqual({
    payload: { amountMinor: "1800", reason: "torn" },
  });
  expect(readRefundQuery({ amountMinor: "2300", reason: "torn" }, SALE, "en")).toEqual({
    state: { values: { amount: "23.00", reason: "torn" }, errors: [{ name: "amount", code: "too_much" }] },
  });
});

it("no amount is said to be missing where the form was sent", () => {
  expect(readRefundQuery({ amount: "", reason: "torn" }, SALE, "en")).toMatchObject({
    state: { values: { reason: "torn" }, errors: [{ name: "amount" }] },
  });
  expect(readRefundQuery({}, SALE, "en")).toEqual({ state: { values: {}, errors: [] } });
});

it("what cannot be read keeps the reason", () => {
  expect(readRefundQuery({ amountMinor: "no", reason: "torn" }, SALE, "en")).toEqual({
    state: { values: { reason: "torn" }, errors: [] },
  });
});

it.each(["en", "de"])("what is to be changed is read again as it was (%s)", (locale) => {
  const path = typedRefundPath(
    "/r",
    { amountMinor: "2300", reason: "torn" },
    { currency: "USD", locale, isChange: false },
  );
  const search = Object.fromEntries(new URL(path, "http://x").searchParams);
  expect(readRefundQuery(search, SALE, locale)).toMatchObject({
    state: { values: { reason: "torn" }, errors: [{ name: "amount", code: "too_much" }] },
  });
});
