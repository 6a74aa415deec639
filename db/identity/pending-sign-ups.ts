/** Sign-ups that wait for their address to be confirmed. */
import { and, eq, gt, lte, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { errorCode } from "../execution/error-code.ts";
import { pendingSignUps, verifications } from "../schema/auth.ts";

const UNIQUE_VIOLATION = "23505";

/** `password` is hashed; `expiresAt` is left to the database's clock. */
export type PendingSignUp = Omit<typeof pendingSignUps.$inferSelect, "expiresAt">;

const isAlive = gt(pendingSignUps.expiresAt, sql`now()`);

/**
 * Keeps a sign-up, and its handle for it, for `seconds`. The same `id` again replaces what it was before. Returns whether it is
 * kept: not where another sign-up that is alive has the handle. Of two for one handle at once, one is.
 */
export async function keepSignUp(signUp: PendingSignUp, seconds: number): Promise<boolean> {
  const expiresAt = sql`now() + make_interval(secs => ${seconds})`;
  const values = { ...signUp, expiresAt };
  // Where the same form was sent before with another handle, that one is free again.
  await database()
    .reading.delete(pendingSignUps)
    .where(and(eq(pendingSignUps.id, signUp.id), sql`${pendingSignUps.handle} <> ${signUp.handle}`));
  const keep = () =>
    database()
      .reading.insert(pendingSignUps)
      .values(values)
      .onConflictDoUpdate({
        target: pendingSignUps.handle,
        set: values,
        setWhere: sql`${pendingSignUps.id} = ${signUp.id} or ${pendingSignUps.expiresAt} <= now()`,
      })
      .returning({ id: pendingSignUps.id });
  try {
    return (await keep()).length > 0;
  } catch (error) {
    // The same form at the same time: its row is there now, under the same handle.
    if (errorCode(error) !== UNIQUE_VIOLATION) throw error;
    return (await keep()).length > 0;
  }
}

/** The sign-up with this secret's hash, as long as its link lives. Writes nothing. */
export async function findSignUpByToken(tokenHash: string): Promise<PendingSignUp | undefined> {
  const [found] = await database()
    .reading.select()
    .from(pendingSignUps)
    .where(and(eq(pendingSignUps.tokenHash, tokenHash), isAlive));
  return found;
}

/** The sign-up that a form has made, as long as its link lives. Writes nothing. */
export async function findSignUp(id: string): Promise<PendingSignUp | undefined> {
  const [found] = await database()
    .reading.select()
    .from(pendingSignUps)
    .where(and(eq(pendingSignUps.id, id), isAlive));
  return found;
}

/** Deletes the sign-ups and links whose time is over. Safe on several servers at once. */
export async function forgetExpiredLinks(): Promise<void> {
  const db = database().reading;
  await db.delete(pendingSignUps).where(lte(pendingSignUps.expiresAt, sql`now()`));
  await db.delete(verifications).where(lte(verifications.expiresAt, sql`now()`));
}
