/** Revoking somebody's key for them: written down by the statement that does it. */
import { untilKnown } from "../../execution/until-known.ts";

/**
 * `void`: it was not paid and never will be, whether this call revoked it or it was void before. `settled`: it was paid or
 * declined already, and nothing was done.
 */
export type RevokedFor = "void" | "settled" | "not_operator" | "self";

/**
 * Revokes `key` of `userId` as the operator `actorId`, because of `reason`, waiting for a settle in flight. To be called again where it
 * throws OutcomeUnknown: it then finds that it is so already.
 */
export async function revokeKeyFor(
  actorId: string,
  { userId, key, reason }: { userId: string; key: string; reason: string },
): Promise<RevokedFor> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ verdict: "done" | "unchanged" | Exclude<RevokedFor, "void"> }[]>`
      select revoke_key_for_v1(${actorId}, ${userId}, ${key}, ${reason}) as verdict`,
  );
  if (!row) throw new Error("Bug: revoke_key_for_v1 answered nothing.");
  return row.verdict === "done" || row.verdict === "unchanged" ? "void" : row.verdict;
}
