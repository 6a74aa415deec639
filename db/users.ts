/** Users, read. They are written by better-auth (its adapter's wiring is in server/auth.ts) and by the seed. */
import { eq } from "drizzle-orm";
import { database } from "./client.ts";
import { users } from "./schema/auth.ts";

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

export async function isHandleTaken(handle: string): Promise<boolean> {
  const found = await database().reading.select({ id: users.id }).from(users).where(eq(users.handle, handle));
  return found.length > 0;
}
