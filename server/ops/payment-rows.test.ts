/** A file of payments says what it holds: in its name, and of each payment what was paid back and who asked. */
import { expect, it } from "vitest";
import { PAYMENT_COLUMNS, paymentRow, paymentsFileName } from "./payment-rows.ts";

it.each([
  [{}, "payments.csv"],
  [{ status: "declined", from: "2026-11-30", to: "2026-11-30" }, "payments-declined-2026-11-30.csv"],
  [
    { code: "limit_exceeded", status: "declined", from: "2026-11-01" },
    "payments-declined-limit-exceeded-from-2026-11-01.csv",
  ],
  [
    { kind: "refund", currency: "USD", from: "2026-11-01", to: "2026-11-30", q: "../@bob" },
    "payments-refund-USD-filtered-from-2026-11-01-to-2026-11-30.csv",
  ],
])("a file of %o is called %s", (query, name) => {
  expect(paymentsFileName(query)).toBe(name);
});

it("names who asked by handle, as the parties, and says what was paid back", () => {
  const row = paymentRow({
    id: "0190a5d0-0000-7000-8000-000000000001",
    userId: "0190a5d0-0000-7000-8000-000000000002",
    kind: "order",
    status: "succeeded",
    declineCode: null,
    amountMinor: 3_800n,
    currency: "USD",
    note: null,
    orderId: null,
    refundOf: null,
    settledAt: new Date("2026-11-30T06:00:00Z"),
    payer: { id: "0190a5d0-0000-7000-8000-000000000002", name: "Alice", handle: "alice" },
    payee: null,
    askedBy: "alice",
    refundedMinor: 1_200n,
  });
  const cell = (name: (typeof PAYMENT_COLUMNS)[number]) => row[PAYMENT_COLUMNS.indexOf(name)];
  expect(cell("asked_by")).toBe("alice");
  expect(cell("asked_by_id")).toBe("0190a5d0-0000-7000-8000-000000000002");
  expect(cell("amount")).toEqual({ figures: "38.00" });
  expect(cell("refunded_minor")).toEqual({ figures: "1200" });
});
