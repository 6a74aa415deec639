/** The final no: after revoking, a key was paid already, or never will be. */
import { untilKnown } from "../unknown.ts";
import { type KeyRecord, settled } from "./state.ts";

/** Revokes `key`, waiting for a settle in flight. Never answers "open"; throws where it could not be decided. */
export async function revokeKey(userId: string, key: string): Promise<Exclude<KeyRecord, { state: "open" }>> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ revoked: boolean }[]>`select revoke_key_v1(${userId}, ${key}) as revoked`,
  );
  if (!row) throw new Error("Bug: revoke_key_v1 answered nothing.");
  return row.revoked ? { state: "void" } : settled(userId, key);
}
