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
 * kept: not where another sign-up that is alive has the handle; then what the same form was before stays. Of two for one handle
 * at once, one is kept.
 */
export async function keepSignUp(signUp: PendingSignUp, seconds: number): Promise<boolean> {
  const values = { ...signUp, expiresAt: sql`now() + make_interval(secs => ${seconds})` };
  const db = database().reading;
  const isItself = eq(pendingSignUps.id, signUp.id);
  const isOver = lte(pendingSignUps.expiresAt, sql`now()`);
  await db.delete(pendingSignUps).where(and(eq(pendingSignUps.handle, signUp.handle), isOver));
  const [changed] = await unlessTaken(() =>
    db.update(pendingSignUps).set(values).where(isItself).returning({ id: pendingSignUps.id }),
  );
  if (changed) return true;
  const insert = () =>
    db
      .insert(pendingSignUps)
      .values(values)
      .onConflictDoUpdate({
        target: pendingSignUps.handle,
        set: values,
        setWhere: sql`${isItself} or ${isOver}`,
      })
      .returning({ id: pendingSignUps.id });
  // Taken: the same form at the same time has the row, or this form had another handle before and keeps it.
  return (await unlessTaken(insert)).length > 0 || isKept(signUp);
}

/** What `write` returns, or nothing where the handle or the form is another row's. */
async function unlessTaken<T>(write: () => PromiseLike<T[]>): Promise<T[]> {
  try {
    return await write();
  } catch (error) {
    if (errorCode(error) !== UNIQUE_VIOLATION) throw error;
    return [];
  }
}

/** Whether the row of the form is this very sign-up. */
async function isKept({ id, tokenHash }: PendingSignUp): Promise<boolean> {
  const found = await findSignUpByToken(tokenHash);
  return found?.id === id;
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
