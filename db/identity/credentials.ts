/**
 * Passwords and addresses, changed: each change is one statement with all that goes with it (db/identity/credentials.sql). A
 * statement whose outcome is not known throws; whoever asks again is told how it is.
 */
import { uuidv7 } from "uuidv7";
import { database } from "../connection/client.ts";

/** The mail that tells of a change, to the address that the user has before it. `content` is what it is composed of, as JSON. */
export type Notice = { kind: string; content: object; expiresInSeconds: number };

/** Where a change was asked for: what the event that tells of it says (db/security/events.sql). */
export type Origin = { address: string; userAgent: string };

/** For the statement, as its functions read it; without what Postgres cannot hold. */
const originOf = ({ address, userAgent }: Origin): string =>
  JSON.stringify({ address, userAgent: userAgent.replaceAll("\0", "").toWellFormed().slice(0, 200) });

const stored = (notice: Notice | undefined): string | null =>
  notice === undefined
    ? null
    : JSON.stringify({
        id: uuidv7(),
        kind: notice.kind,
        seconds: notice.expiresInSeconds,
        content: notice.content,
      });

/**
 * Sets the password by the link `linkId` that was mailed to `email`: every link and every session of the user ends, with `revokesKeys` their
 * API keys, and the address is proven. Returns false, and changes nothing, where the link is gone.
 */
export async function resetPassword(reset: {
  userId: string;
  linkId: string;
  email: string;
  hash: string;
  revokesKeys: boolean;
  notice: Notice | undefined;
  origin: Origin;
}): Promise<boolean> {
  const { userId, linkId, email, hash, revokesKeys, notice, origin } = reset;
  const [row] = await database().readingSql<{ verdict: string }[]>`
    select reset_password_v1(${userId}::uuid, ${linkId}::uuid, ${email}::text, ${hash}::text, ${revokesKeys}::boolean,
                             ${stored(notice)}::text::jsonb) as verdict
      from set_config('once.origin', ${originOf(origin)}::text, true)`;
  return row?.verdict === "done";
}

/**
 * Changes the password from the one that hashes to `oldHash`: every session of the user ends, with `revokesKeys` their API keys;
 * links that were mailed stay. Returns false, and changes nothing, where the session has ended or the password is another by now.
 */
export async function changePasswordFrom(change: {
  userId: string;
  sessionId: string;
  oldHash: string;
  hash: string;
  revokesKeys: boolean;
  notice: Notice | undefined;
  origin: Origin;
}): Promise<boolean> {
  const { userId, sessionId, oldHash, hash, revokesKeys, notice, origin } = change;
  const [row] = await database().readingSql<{ verdict: string }[]>`
    select change_password_v1(${userId}::uuid, ${sessionId}::uuid, ${oldHash}::text, ${hash}::text, ${revokesKeys}::boolean,
                              ${stored(notice)}::text::jsonb) as verdict
      from set_config('once.origin', ${originOf(origin)}::text, true)`;
  return row?.verdict === "done";
}

/**
 * Makes `email`, which is proven, the user's address in the place of `oldEmail`; links that the old one was mailed end. Returns
 * false, and changes nothing, where the session has ended, the password does not hash to `atHash` any more, the old address is
 * another by now, or the new one is or was another user's.
 */
export async function changeAddress(change: {
  userId: string;
  sessionId: string;
  atHash: string;
  oldEmail: string;
  email: string;
  notice: Notice | undefined;
  origin: Origin;
}): Promise<boolean> {
  const { userId, sessionId, atHash, oldEmail, email, notice, origin } = change;
  const [row] = await database().readingSql<{ verdict: string }[]>`
    select change_address_v1(${userId}::uuid, ${sessionId}::uuid, ${atHash}::text, ${oldEmail}::text, ${email}::text,
                             ${stored(notice)}::text::jsonb) as verdict
      from set_config('once.origin', ${originOf(origin)}::text, true)`;
  return row?.verdict === "done";
}

/** The hash of the password of whoever signs in with `email`; undefined where there is none. It is compared, never shown. */
export async function findPasswordHash(email: string): Promise<string | undefined> {
  const [found] = await database().readingSql<{ password: string | null }[]>`
    select c.password from users u join credentials c on c.user_id = u.id where u.email = ${email}`;
  return found?.password ?? undefined;
}

/**
 * The same, after every change of the password that is under way: it waits for the lock that a change holds. What was committed
 * before this is asked, a change that comes later sees.
 */
export async function settledPasswordHash(email: string): Promise<string | undefined> {
  const [found] = await database().readingSql<{ password: string | null }[]>`
    select c.password from users u join credentials c on c.user_id = u.id where u.email = ${email} for share`;
  return found?.password ?? undefined;
}

/**
 * The address and the hash of the password of a user, after every change of either that is under way. A link for a new password
 * that was stored before this is asked ends with a change of address that comes later.
 */
export async function findLinkOwner(
  userId: string,
): Promise<{ email: string; password: string | null } | undefined> {
  const [found] = await database().readingSql<{ email: string; password: string | null }[]>`
    select u.email, c.password from users u join credentials c on c.user_id = u.id where u.id = ${userId}::uuid for share`;
  return found;
}
