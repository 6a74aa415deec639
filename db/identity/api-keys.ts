/**
 * API keys, read. better-auth's plugin creates and revokes them (server/identity/auth.ts); who a key belongs to is our own read,
 * because the plugin's costs one statement and two awaited updates per request, and who looks at the list of keys must
 * not write, which the plugin does then.
 */
import { createHash } from "node:crypto";
import { and, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { type Scope, scopesIn } from "../../lib/scopes.ts";
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

type GoodKeyRow = { key: string; keyId: string; permissions: string | null } & User;

/** Reads by hashes, in one statement that is planned once per connection: every request of a program makes this read. */
const findByHash = batchedLoad(async (hashes: readonly string[]): Promise<(GoodKey | undefined)[]> => {
  const rows = await database().readingSql<GoodKeyRow[]>`
    select api_keys.key, api_keys.id as key_id, api_keys.permissions,
           users.id, users.name, users.email, users.handle, users.role
      from api_keys join users on users.id = api_keys.reference_id
     where api_keys.key = any (string_to_array(${hashes.join(",")}, ',')) and api_keys.enabled
       and (api_keys.expires_at is null or api_keys.expires_at > now())`;
  const found = new Map(
    rows.map(({ key, keyId, permissions, ...user }) => [
      key,
      { id: keyId, user, scopes: scopesIn(permissions) },
    ]),
  );
  return hashes.map((hash) => found.get(hash));
});

/**
 * Who an API key belongs to and what it may do: one indexed read, never remembered, so that a revoked key is nobody's
 * from the next request on. So is one that is disabled or expired.
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

/** A key per program is a handful; the list stays one that somebody can look over. */
export const KEYS_PER_USER = 25;

/** What becomes of a key that was just made: `made-already` where the form that asked for it has made one before. */
export type NewKeyVerdict = "kept" | "made-already" | "too-many";

/**
 * Judges a key that better-auth's plugin has just inserted, before anybody is told it, and deletes it where it is one too
 * many or the second of its form (`intentId`, in the key's metadata). Counting first and inserting then would let any
 * number through that come at once. Verdicts about one user take turns on the user's row, so of those at once as many stay
 * as there is room for, and none that was kept is taken away. A server that dies in between leaves a key that nobody
 * knows; its owner sees it in the list.
 *
 * Both statements travel as one message and are one transaction of the server's, each with a view of its own: the second
 * sees what was committed while the first waited. Such a message takes no parameters, so ids stand in the text, and are
 * checked to be nothing else.
 */
export async function judgeNewKey(userId: string, keyId: string, intentId: string): Promise<NewKeyVerdict> {
  const [user, key, intent] = [userId, keyId, intentId].map((id) => {
    if (!/^[0-9a-f-]{36}$/.test(id)) throw new Error(`Bug: "${id}" is no id.`);
    return `'${id}'`;
  });
  const results: unknown = await database().readingSql.unsafe(`
    select from users where id = ${user} for no key update;
    with judged as (
      select case when exists (select from api_keys where reference_id = ${user} and id <> ${key}
                                  and metadata::jsonb ->> 'intentId' = ${intent}) then 'made-already'
                  when (select count(*) from api_keys where reference_id = ${user}) > ${KEYS_PER_USER} then 'too-many'
                  else 'kept' end as verdict),
    gone as (delete from api_keys where id = ${key} and (select verdict from judged) <> 'kept')
    select verdict from judged`);
  const [, [judged]] = results as [unknown, [{ verdict: NewKeyVerdict }]];
  return judged.verdict;
}
