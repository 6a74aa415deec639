/**
 * API keys, read. better-auth's plugin creates and revokes them (server/auth.ts); who a key belongs to is our own read,
 * because the plugin's costs one statement and two awaited updates per request, and who looks at the list of keys must
 * not write, which the plugin does then.
 */
import { createHash } from "node:crypto";
import { and, count, desc, eq, gt, isNull, or, sql } from "drizzle-orm";
import { type Scope, scopesIn } from "../../lib/scopes.ts";
import { database } from "../client.ts";
import { apiKeys, users } from "../schema/auth.ts";
import { type User, userColumns } from "../users.ts";

/** What is stored of an API key: its SHA-256 in base64url, as better-auth's plugin keeps it. */
export function hashOfApiKey(apiKey: string): string {
  return createHash("sha256").update(apiKey).digest("base64url");
}

/** A key that expires at all is good only before that moment, by the database's clock. */
const isUnexpired = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`));

/** A key that is good now: its id, whose it is, and what it may do. */
export type GoodKey = { id: string; user: User; scopes: Scope[] };

/**
 * Who an API key belongs to and what it may do: one indexed read, never remembered, so that a revoked key is nobody's
 * from the next request on. So is one that is disabled or expired.
 */
export async function findByApiKey(apiKey: string): Promise<GoodKey | undefined> {
  const [found] = await database()
    .reading.select({ id: apiKeys.id, permissions: apiKeys.permissions, user: userColumns })
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.referenceId))
    .where(and(eq(apiKeys.key, hashOfApiKey(apiKey)), eq(apiKeys.enabled, true), isUnexpired));
  return found && { id: found.id, user: found.user, scopes: scopesIn(found.permissions) };
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

/** How many keys the user has, those that are disabled or expired among them. */
export async function countApiKeys(userId: string): Promise<number> {
  const [row] = await database()
    .reading.select({ keys: count() })
    .from(apiKeys)
    .where(eq(apiKeys.referenceId, userId));
  return Number(row?.keys ?? 0);
}
