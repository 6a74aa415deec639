/** Revoking: afterwards a key was paid already, or never will be. */
import { and, eq } from "drizzle-orm";
import type { InternalPurpose } from "../../lib/api/payment.ts";
import { database } from "../connection/client.ts";
import { DEADLINE_MS, READ_DEADLINE_MS } from "../execution/deadline.ts";
import { untilKnown } from "../execution/until-known.ts";
import { idempotencyKeys } from "../schema/idempotency-keys.ts";
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

/**
 * Revokes the key of `purpose`, where one is open: before something else is paid for the same purpose. Undefined where there
 * is none; a press of before, whatever became of it, then no longer can be carried out.
 */
export async function revokeKeyOf(
  userId: string,
  purpose: InternalPurpose,
): Promise<Exclude<KeyRecord, { state: "open" }> | undefined> {
  const [open] = await database()
    .reading.select({ key: idempotencyKeys.key })
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.userId, userId),
        eq(idempotencyKeys.kind, purpose.kind),
        eq(idempotencyKeys.purposeId, purpose.kind === "order" ? purpose.orderId : purpose.intentId),
      ),
    );
  return open && revokeKey(userId, open.key);
}
