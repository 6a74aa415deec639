/** Sessions, read and ended. better-auth makes them; the trigger `sessions_commit_synchronously` makes every end durable. */
import { and, desc, eq, gt, ne, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { sessions } from "../schema/auth.ts";

/** A session as its user sees it; never its token, which is the session. Times are RFC 3339 in UTC. */
export type ListedSession = { id: string; userAgent: string; ipAddress: string; since: string };

/** The sessions of a user that are alive, newest first. Writes nothing. */
export async function listSessions(userId: string): Promise<ListedSession[]> {
  const rows = await database()
    .reading.select()
    .from(sessions)
    .where(and(eq(sessions.userId, userId), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.createdAt), desc(sessions.id));
  return rows.map(({ id, userAgent, ipAddress, createdAt }) => ({
    id,
    userAgent: userAgent ?? "",
    ipAddress: ipAddress ?? "",
    since: createdAt.toISOString(),
  }));
}

/** Ends one session of the user, at once and durably. One that is gone, or somebody else's, is left as it is. */
export async function endSession(userId: string, id: string): Promise<void> {
  await database()
    .reading.delete(sessions)
    .where(and(eq(sessions.userId, userId), eq(sessions.id, id)));
}

/** Ends all sessions of the user but the one with this token. */
export async function endSessions(userId: string, exceptToken: string): Promise<void> {
  await database()
    .reading.delete(sessions)
    .where(and(eq(sessions.userId, userId), ne(sessions.token, exceptToken)));
}

/** Ends the session with this token, as signing out does. One that is gone is left at that. */
export async function signOutByToken(token: string): Promise<void> {
  await database().readingSql`select sign_out_v1(${token})`;
}

/** Ends the session with this token. */
export async function endSessionByToken(token: string): Promise<void> {
  await database().reading.delete(sessions).where(eq(sessions.token, token));
}
