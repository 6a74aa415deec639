/** The state of a key. */
import { DEADLINE_MS, READ_DEADLINE_MS } from "../execution/deadline.ts";
import { untilKnown } from "../execution/until-known.ts";
import { findPaymentRow, type PaymentRow } from "../payments/row.ts";

export type KeyRecord = { state: "open" } | { state: "settled"; payment: PaymentRow } | { state: "void" };

/**
 * The state of `key` for `userId`; to anybody but the user it was issued to, a key is void. Raises on a standby, which
 * may lag: void is said by the primary only.
 */
export async function keyState(userId: string, key: string): Promise<KeyRecord> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ state: KeyRecord["state"] }[]>`select key_state_v1(${userId}, ${key}) as state`,
    // Leaves time to read the payment that it finds.
    { deadlineMs: DEADLINE_MS - READ_DEADLINE_MS },
  );
  if (!row) throw new Error("Bug: key_state_v1 answered nothing.");
  return row.state === "settled"
    ? { state: row.state, payment: await findSettledPayment(userId, key) }
    : { state: row.state };
}

/** Reads the payment under a key that is known to be settled; payments are never deleted. */
export async function findSettledPayment(userId: string, key: string): Promise<PaymentRow> {
  const payment = await findPaymentRow(userId, key);
  if (!payment) throw new Error(`Bug: the payment of the settled key ${key} is not there.`);
  return payment;
}
