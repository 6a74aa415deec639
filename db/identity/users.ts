/** Users, read. They are written by better-auth (its adapter's wiring is in server/identity/auth.ts) and by the seed. */
import { and, eq, isNotNull, ne } from "drizzle-orm";
import { skeletonOf } from "../../lib/text/reserved-names.ts";
import { database } from "../connection/client.ts";
import { credentials, users } from "../schema/auth.ts";

export type User = {
  id: string;
  name: string;
  email: string;
  handle: string;
  role: "payer" | "merchant" | "operator";
};

/** The columns that make a User. */
const userColumns = {
  id: users.id,
  name: users.name,
  email: users.email,
  handle: users.handle,
  role: users.role,
};

export async function findUser(id: string): Promise<User | undefined> {
  const [user] = await database().reading.select(userColumns).from(users).where(eq(users.id, id));
  return user;
}

export async function findByHandle(handle: string): Promise<User | undefined> {
  const [user] = await database().reading.select(userColumns).from(users).where(eq(users.handle, handle));
  return user;
}

/**
 * Whether a merchant or operator has a name or handle that could be confused with this one. Compared here and not in SQL:
 * there are few of them, and sign-ups are rare.
 */
export async function findTwin(wanted: {
  name: string;
  handle: string;
}): Promise<"name" | "handle" | undefined> {
  const trusted = await database()
    .reading.select({ name: users.name, handle: users.handle })
    .from(users)
    .where(ne(users.role, "payer"));
  for (const one of trusted) {
    if (skeletonOf(one.name) === skeletonOf(wanted.name)) return "name";
    if (skeletonOf(one.handle) === skeletonOf(wanted.handle)) return "handle";
  }
  return undefined;
}

/** Whether the user has a password yet; signing up writes the user first, then the password. */
export async function hasPassword(userId: string): Promise<boolean> {
  const found = await database()
    .reading.select({ id: credentials.id })
    .from(credentials)
    .where(and(eq(credentials.userId, userId), isNotNull(credentials.password)));
  return found.length > 0;
}

export async function findByEmail(email: string): Promise<User | undefined> {
  const [user] = await database().reading.select(userColumns).from(users).where(eq(users.email, email));
  return user;
}
