/** Settlement entries for tests: what the use case would send, with anything in them that a test wants otherwise. */
import { createHash } from "node:crypto";
import { type Settlement, type SettlementEntry, sendBatch } from "../payments/statement.ts";
import type { Person } from "./people.ts";

/** An entry whose hash is that of its own content, so that the same request again is a replay and another is not. */
export function entry(
  fields: Partial<SettlementEntry> & Pick<SettlementEntry, "userId" | "key" | "kind">,
): SettlementEntry {
  const { userId, key, ...request } = fields;
  const content = JSON.stringify(Object.entries(request).sort(), (_name, value) =>
    typeof value === "bigint" ? value.toString() : value,
  );
  return {
    orderId: null,
    refundOf: null,
    debitAccountId: null,
    creditAccountId: null,
    amountMinor: null,
    currency: "USD",
    note: null,
    requestHash: createHash("sha256").update(content).digest(),
    renderer: 1,
    ...request,
    userId,
    key,
  };
}

/** `from` sends `amountMinor` to `to`. */
export function transferEntry(from: Person, to: Person, key: string, amountMinor: bigint): SettlementEntry {
  return entry({
    userId: from.id,
    key,
    kind: "transfer",
    debitAccountId: from.accountId,
    creditAccountId: to.accountId,
    amountMinor,
  });
}

/** `payer` pays an order of `merchant`. */
export function orderEntry(
  payer: Person,
  merchant: Person,
  key: string,
  orderId: string,
  amountMinor: bigint,
): SettlementEntry {
  return entry({
    userId: payer.id,
    key,
    kind: "order",
    orderId,
    debitAccountId: payer.accountId,
    creditAccountId: merchant.accountId,
    amountMinor,
  });
}

/** `merchant` pays back `amountMinor` of the payment `refundOf`, or what is left of it where that is null. */
export function refundEntry(
  merchant: Person,
  payer: Person,
  key: string,
  refundOf: string,
  amountMinor: bigint | null,
): SettlementEntry {
  return entry({
    userId: merchant.id,
    key,
    kind: "refund",
    refundOf,
    debitAccountId: merchant.accountId,
    creditAccountId: payer.accountId,
    amountMinor,
  });
}

/** Sends one statement with `entries`. */
export function settleBatch(entries: readonly SettlementEntry[]): Promise<Settlement[]> {
  return sendBatch(entries);
}

/** What became of each entry, in a word: paid, the decline's code, the reason of a refusal, or the verdict. */
export function words(settlements: readonly Settlement[]): string[] {
  return settlements.map((settlement) => {
    if (settlement.verdict === "settled") return settlement.payment.declineCode ?? "paid";
    return settlement.verdict === "refused" ? settlement.reason : settlement.verdict;
  });
}
