/** Revoking: afterwards a key was paid already, or never will be. */
import { DEADLINE_MS, READ_DEADLINE_MS } from "../execution/deadline.ts";
import { untilKnown } from "../execution/until-known.ts";
import { findSettledPayment, type KeyRecord } from "./state.ts";

/** Revokes `key`, waiting for a settle in flight. Never answers "open"; throws where it could not be decided. */
export async function revokeKey(userId: string, key: string): Promise<Exclude<KeyRecord, { state: "open" }>> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ revoked: boolean }[]>`select revoke_key_v1(${userId}, ${key}) as revoked`,
    // Leaves time to read the payment that it finds.
    { deadlineMs: DEADLINE_MS - READ_DEADLINE_MS },
  );
  if (!row) throw new Error("Bug: revoke_key_v1 answered nothing.");
  return row.revoked
    ? { state: "void" }
    : { state: "settled", payment: await findSettledPayment(userId, key) };
}
