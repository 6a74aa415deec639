/** Names, sessions and API keys, as operators change and end them. Each is written to the audit log by the statement that does it. */
import { skeletonOf } from "../../lib/text/reserved-names.ts";
import { type Verdict, verdictOf } from "./verdicts.ts";

type Act = { actorId: string; userId: string; reason: string };

/**
 * Renames a person. A merchant or operator gets a name that no other can be taken for, whoever else is renamed at the same
 * time (`name_taken`). Receipts show the name of when they were paid.
 */
export function renamePerson({ actorId, userId, reason }: Act, name: string): Promise<Verdict> {
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select rename_person_v1(${actorId}, ${userId}, ${name}, ${skeletonOf(name)}, ${reason}) as verdict`,
  );
}

/** Ends one session of a person, or all of them where none is named: at once, in every process, and durably. */
export function endSessionsOf({ actorId, userId, reason }: Act, sessionId?: string): Promise<Verdict> {
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select end_sessions_v1(${actorId}, ${userId}, ${sessionId ?? null}, ${reason}) as verdict`,
  );
}

/** Revokes one API key of a person, or all of them where none is named: at once, in every process, and durably. */
export function revokeApiKeysOf({ actorId, userId, reason }: Act, keyId?: string): Promise<Verdict> {
  return verdictOf(
    (sql) => sql<{ verdict: string }[]>`
      select revoke_api_keys_v1(${actorId}, ${userId}, ${keyId ?? null}, ${reason}) as verdict`,
  );
}
