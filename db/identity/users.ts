/** Users, read. They are written by better-auth (its adapter's wiring is in server/identity/auth.ts) and by the seed. */
import { and, asc, eq, inArray, isNotNull, isNull, ne, sql } from "drizzle-orm";
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

/** As `findUser`, with the role in which they may act now: an operator who is frozen is none, and reads what a payer does. */
export async function findActing(id: string): Promise<User | undefined> {
  const role = sql<User["role"]>`
    case when ${users.role} = 'operator' and ${users.frozenAt} is not null then 'payer' else ${users.role} end`;
  const [user] = await database()
    .reading.select({ ...userColumns, role })
    .from(users)
    .where(eq(users.id, id));
  return user;
}

export async function findByHandle(handle: string): Promise<User | undefined> {
  const [user] = await database().reading.select(userColumns).from(users).where(eq(users.handle, handle));
  return user;
}

/** The handles of those of `ids` that are users'. */
export async function handlesOf(ids: string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map();
  const found = await database()
    .reading.select({ id: users.id, handle: users.handle })
    .from(users)
    .where(inArray(users.id, ids));
  return new Map(found.map(({ id, handle }) => [id, handle]));
}

/** Who can act as an operator: has the role, a password, and is not frozen. By handle. */
export function listOperators(): Promise<User[]> {
  return database()
    .reading.selectDistinct(userColumns)
    .from(users)
    .innerJoin(credentials, eq(credentials.userId, users.id))
    .where(and(eq(users.role, "operator"), isNull(users.frozenAt), isNotNull(credentials.password)))
    .orderBy(asc(users.handle));
}

/**
 * Whether a merchant or operator (but for `exceptId`, who is about to become one) has a name or handle that could be confused
 * with this one. Compared here and not in SQL: there are few of them, and sign-ups are rare. It tells early; that no two of
 * them are alike, a unique constraint on what `setRole` and `decideRequest` store holds.
 */
export async function findTwin(
  wanted: { name: string; handle: string },
  exceptId?: string,
): Promise<"name" | "handle" | undefined> {
  const trusted = await database()
    .reading.select({ name: users.name, handle: users.handle })
    .from(users)
    .where(and(ne(users.role, "payer"), exceptId === undefined ? undefined : ne(users.id, exceptId)));
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
