import { expect, it } from "vitest";
import type { Movement } from "@/lib/activity/movement";
import { csvText } from "./csv.ts";
import { HISTORY_COLUMNS, historyRow } from "./history-rows.ts";

const movement: Movement = {
  id: "019ab3c2-40d5-7dbd-bc93-6894a57f9324",
  kind: "refund",
  status: "succeeded",
  declineCode: null,
  direction: "out",
  accountId: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
  amountMinor: 1_234_567n,
  currency: "KWD",
  balanceMinor: 5n,
  at: new Date("2026-03-02T09:38:12.000Z"),
  party: { name: "@lice", handle: "alice" },
  note: "-torn",
  orderId: null,
  description: null,
  isRequest: false,
  refundOf: "019ab3c2-40d5-7dbd-bc93-000000000000",
  refundedMinor: 0n,
};

/** The row's cells by their columns, as written. */
function written(of: Movement): Record<string, string> {
  const cells = csvText([historyRow(of)])
    .trimEnd()
    .split(",");
  expect(cells).toHaveLength(HISTORY_COLUMNS.length);
  return Object.fromEntries(HISTORY_COLUMNS.map((column, at) => [column, cells[at] ?? ""]));
}

it("writes money that went out with a minus, in decimals of its currency and in minor units, and words as words", () => {
  expect(written(movement)).toMatchObject({
    settled_at: "2026-03-02T09:38:12.000Z",
    kind: "refund",
    currency: "KWD",
    amount: "-1234.567",
    amount_minor: "-1234567",
    balance_after: "0.005",
    balance_after_minor: "5",
    party_name: "'@lice",
    note: "'-torn",
    order_id: "",
    requested_minor: "1234567",
  });
});

it("adds nothing up for a try that was declined, and says what it asked for", () => {
  const declined = {
    ...movement,
    status: "declined",
    declineCode: "payee_closed",
    balanceMinor: null,
  } as const;
  expect(written(declined)).toMatchObject({
    decline_code: "payee_closed",
    amount: "0.000",
    amount_minor: "0",
    balance_after: "",
    requested_minor: "1234567",
  });
});

it("writes an amount without decimals as it is", () => {
  expect(written({ ...movement, currency: "JPY", direction: "in" })).toMatchObject({ amount: "1234567" });
});
