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
 * Whose name or handle could be taken for this one, among those who sell or look after the service. Read and compared here:
 * there are few of them, and somebody signs up seldom.
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

/** Whether somebody can sign in with a password by now; signing up writes the user first, then that. */
export async function hasPassword(userId: string): Promise<boolean> {
  const found = await database()
    .reading.select({ id: credentials.id })
    .from(credentials)
    .where(and(eq(credentials.userId, userId), isNotNull(credentials.password)));
  return found.length > 0;
}
