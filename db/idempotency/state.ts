/** What is known of a key. */
import { database } from "../client.ts";
import { findPaymentRow, type PaymentRow } from "../payments/row.ts";

export type KeyRecord = { state: "open" } | { state: "settled"; payment: PaymentRow } | { state: "void" };

/**
 * The state of `key` for `userId`; to anybody but the user it was issued to, a key is void. Both tables are read in one
 * statement: a read of payments before keys could miss a settle between the two, and call a paid key void.
 * Raises on a standby, which may lag: void is said by the primary only.
 */
export async function keyState(userId: string, key: string): Promise<KeyRecord> {
  const rows = await database().keys<{ state: "open" | "settled" }[]>`
    select 'settled' as state from payments where user_id = ${userId} and id = ${key}
    union all
    select 'open' from idempotency_keys where user_id = ${userId} and key = ${key} and timeline = wal_timeline()`;
  if (rows.some((row) => row.state === "settled")) return settled(userId, key);
  return { state: rows.length > 0 ? "open" : "void" };
}

/** Reads the payment under a key that is known to be settled; payments never go away. */
export async function settled(
  userId: string,
  key: string,
): Promise<{ state: "settled"; payment: PaymentRow }> {
  const payment = await findPaymentRow(userId, key);
  if (!payment) throw new Error(`Bug: the payment of the settled key ${key} is not there.`);
  return { state: "settled", payment };
}
