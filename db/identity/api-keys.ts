/**
 * API keys, read. better-auth's plugin creates and revokes them (server/identity/auth.ts); who a key belongs to is our own read,
 * because the plugin's costs one statement and two awaited updates per request, and writes when the keys are listed.
 */
import { createHash } from "node:crypto";
import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { type Scope, scopesIn } from "../../lib/identity/scopes.ts";
import { database } from "../connection/client.ts";
import { batchedLoad } from "../execution/batched-reads.ts";
import { apiKeys } from "../schema/auth.ts";
import type { User } from "./users.ts";

/** What is stored of an API key: its SHA-256 in base64url, as better-auth's plugin keeps it. */
export function hashOfApiKey(apiKey: string): string {
  return createHash("sha256").update(apiKey).digest("base64url");
}

/** A key that expires at all is good only before that moment, by the database's clock. */
const isUnexpired = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`));

/** A key that is good now: its id, whose it is, and what it may do. */
export type GoodKey = { id: string; user: User; scopes: Scope[] };

/** What `goodKey` finds; all null where the key is not good. */
export type GoodKeyRow = {
  callerKeyId: string | null;
  callerPermissions: string | null;
  callerId: string;
  callerName: string;
  callerEmail: string;
  callerHandle: string;
  callerRole: User["role"];
};

/**
 * The SQL that finds, by the hash that `hash` says in SQL, whose a good key is: for a statement that reads something else for
 * them as well (db/payments/look-up.ts). Whether a key is good is said here alone.
 */
export const goodKey = (hash: string): string => `
  select api_keys.id as caller_key_id, api_keys.permissions as caller_permissions, users.id as caller_id,
         users.name as caller_name, users.email as caller_email, users.handle as caller_handle,
         -- As findActing says it.
         case when users.role = 'operator' and users.frozen_at is not null then 'payer' else users.role end as caller_role
    from api_keys join users on users.id = api_keys.reference_id
   where api_keys.key = ${hash} and api_keys.enabled
     and (api_keys.expires_at is null or api_keys.expires_at > now())
   limit 1`;

/** The key that a row of `goodKey` tells of. */
export function goodKeyOf(row: GoodKeyRow): GoodKey | undefined {
  if (row.callerKeyId === null) return undefined;
  const { callerId: id, callerName: name, callerEmail: email, callerHandle: handle, callerRole: role } = row;
  return {
    id: row.callerKeyId,
    user: { id, name, email, handle, role },
    scopes: scopesIn(row.callerPermissions),
  };
}

/** Numbered, because a set has no order of its own. */
const FIND_BY_HASHES = `
  select caller.* from unnest(string_to_array($1, ',')) with ordinality as asked (hash, n)
    left join lateral (${goodKey("asked.hash")}) caller on true
   order by asked.n`;

/** Reads by hashes, in one statement that is planned once per connection: every request of a program makes this read. */
const findByHash = batchedLoad(async (hashes: readonly string[]): Promise<(GoodKey | undefined)[]> => {
  const { readingSql } = database();
  const rows = await readingSql.unsafe<GoodKeyRow[]>(FIND_BY_HASHES, [hashes.join(",")], { prepare: true });
  return rows.map(goodKeyOf);
});

/**
 * Who an API key belongs to and what it may do: one indexed read, never cached, so that a revoked, disabled or expired key
 * is not found from the next request on.
 */
export function findByApiKey(apiKey: string): Promise<GoodKey | undefined> {
  return findByHash(hashOfApiKey(apiKey));
}

/** A key as its owner sees it: never the key itself, only how it starts. Times are RFC 3339 in UTC. */
export type ListedKey = {
  id: string;
  name: string;
  start: string;
  scopes: Scope[];
  createdAt: string;
  lastUsedAt?: string;
};

/** The user's keys that are good, newest first. Writes nothing. */
export async function listApiKeys(userId: string): Promise<ListedKey[]> {
  const rows = await database()
    .reading.select()
    .from(apiKeys)
    .where(and(eq(apiKeys.referenceId, userId), eq(apiKeys.enabled, true), isUnexpired))
    .orderBy(desc(apiKeys.createdAt), desc(apiKeys.id));
  return rows.map((row) => ({
    id: row.id,
    name: row.name ?? "",
    start: row.start ?? "",
    scopes: scopesIn(row.permissions),
    createdAt: row.createdAt.toISOString(),
    ...(row.lastRequest && { lastUsedAt: row.lastRequest.toISOString() }),
  }));
}

/** Enough for a key per program, and still a list that one can read. */
export const KEYS_PER_USER = 25;

/**
 * The verdict on a key that was just made: `made-already` where its form has made one before, `gone` where the session that made
 * it has ended, or the key was revoked with all others.
 */
export type NewKeyVerdict = "kept" | "made-already" | "too-many" | "gone";

/**
 * Checks a key that better-auth's plugin has just inserted, before it is shown, and deletes it where it is one too many,
 * the second of its form (`intentId`, in the key's metadata), or of a session that has ended. Counting before the insert would let any number of concurrent
 * requests through. Verdicts about one user are serialised by the lock of the user's row, so exactly as many keys stay as
 * are allowed; whatever sets a password takes the same lock, ends the sessions and revokes keys. A server that dies in between leaves a key that was never shown; its owner sees it in the list.
 *
 * Both statements are one simple query and so one transaction, each with a snapshot of its own: the second sees what was
 * committed while the first waited. A simple query takes no parameters, so the ids stand in the text, and are validated.
 */
export async function judgeNewKey(made: {
  userId: string;
  sessionId: string;
  keyId: string;
  intentId: string;
}): Promise<NewKeyVerdict> {
  const [user, session, key, intent] = [made.userId, made.sessionId, made.keyId, made.intentId].map((id) => {
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new Error(`Bug: "${id}" is no id.`);
    return `'${id}'`;
  });
  const results: unknown = await database().readingSql.unsafe(`
    select from users where id = ${user} for no key update;
    with judged as (
      select case when not exists (select from sessions where id = ${session} and user_id = ${user} and expires_at > now())
                    or not exists (select from api_keys where id = ${key}) then 'gone'
                  when exists (select from api_keys where reference_id = ${user} and id <> ${key}
                                  and metadata::jsonb ->> 'intentId' = ${intent}) then 'made-already'
                  when (select count(*) from api_keys where reference_id = ${user}) > ${KEYS_PER_USER} then 'too-many'
                  else 'kept' end as verdict),
    gone as (delete from api_keys where id = ${key} and (select verdict from judged) <> 'kept')
    select verdict from judged`);
  const [, [judged]] = results as [unknown, [{ verdict: NewKeyVerdict }]];
  return judged.verdict;
}
