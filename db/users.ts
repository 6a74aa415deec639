/** Users, read. They are written by better-auth (its adapter's wiring is in server/auth.ts) and by the seed. */
import { createHash } from "node:crypto";
import { and, eq, gt, isNull, or, sql } from "drizzle-orm";
import { database } from "./client.ts";
import { apiKeys, users } from "./schema/auth.ts";

export type User = {
  id: string;
  name: string;
  email: string;
  handle: string;
  role: "payer" | "merchant" | "operator";
};

const userColumns = {
  id: users.id,
  name: users.name,
  email: users.email,
  handle: users.handle,
  role: users.role,
};

/** What is stored of an API key: its SHA-256 in base64url, as better-auth's plugin keeps it. */
export function hashOfApiKey(apiKey: string): string {
  return createHash("sha256").update(apiKey).digest("base64url");
}

/** The user behind an API key: one indexed read. A disabled or expired key is nobody's. */
export async function findUserByApiKey(apiKey: string): Promise<User | undefined> {
  const [user] = await database()
    .reading.select(userColumns)
    .from(apiKeys)
    .innerJoin(users, eq(users.id, apiKeys.referenceId))
    .where(
      and(
        eq(apiKeys.key, hashOfApiKey(apiKey)),
        eq(apiKeys.enabled, true),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
      ),
    );
  return user;
}

export async function findUser(id: string): Promise<User | undefined> {
  const [user] = await database().reading.select(userColumns).from(users).where(eq(users.id, id));
  return user;
}

export async function isHandleTaken(handle: string): Promise<boolean> {
  const found = await database().reading.select({ id: users.id }).from(users).where(eq(users.handle, handle));
  return found.length > 0;
}
