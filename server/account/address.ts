/** The e-mail address of an account: confirmed, and changed. A new one is used after it is confirmed, and not before. */
import { isAPIError } from "better-auth/api";
import { errorCode } from "@/db/execution/error-code";
import { endPasswordLinks } from "@/db/identity/sessions";
import { findAddressOwner, markVerified } from "@/db/identity/user-settings";
import { findUser, type User } from "@/db/identity/users";
import { auth } from "../identity/auth.ts";
import { log } from "../observability/log.ts";
import { mailAddressChanged, mailAddressTaken } from "./account-mails.ts";
import { type AccountContext, withAccountContext } from "./context.ts";
import { hashOf } from "./links.ts";
import { inSameTime } from "./same-time.ts";

const UNIQUE_VIOLATION = "23505";

/** Mails `user`, who is signed in by `headers`, the link that confirms the address they have. */
export async function askToConfirmAddress(
  user: User,
  headers: Headers,
  context: AccountContext,
): Promise<void> {
  try {
    await withAccountContext(context, () =>
      auth().api.sendVerificationEmail({ body: { email: user.email }, headers }),
    );
  } catch (error) {
    // It was confirmed in another tab.
    if (!isAPIError(error)) throw error;
  }
}

/**
 * Mails `email` the link that makes it the address of `user`, who is signed in by `headers` and knows the password. Where the
 * address is or was another user's, its reader is told that instead, and the answer is the same.
 */
export async function askToChangeAddress(
  user: User,
  { email, currentPassword }: { email: string; currentPassword: string },
  headers: Headers,
  context: AccountContext,
): Promise<"wrong" | "same" | undefined> {
  try {
    await auth().api.verifyPassword({ body: { password: currentPassword }, headers });
  } catch (error) {
    if (isAPIError(error)) return "wrong";
    throw error;
  }
  if (email === user.email) return "same";
  await withAccountContext(context, () =>
    inSameTime(async () => {
      const owner = await findAddressOwner(email);
      if (owner && owner.userId !== user.id) await mailAddressTaken(email, owner);
      else await auth().api.changeEmail({ body: { newEmail: email }, headers });
    }),
  );
  return undefined;
}

/** Whom a link to confirm an address is for, as it says itself; not verified. */
export function readAddressLink(
  token: string,
): { userId: string; email: string; isChange: boolean } | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { userId, email, updateTo } = claims as Record<string, unknown>;
    if (typeof userId !== "string" || typeof email !== "string") return undefined;
    return typeof updateTo === "string"
      ? { userId, email: updateTo, isChange: true }
      : { userId, email, isChange: false };
  } catch {
    return undefined;
  }
}

/**
 * Confirms the address of a link for `user`, who is signed in by `headers`: nobody else may, whoever reads the mailbox. Returns the
 * address, or undefined where the link is not good: too old, another user's, of an address that was changed since or that has
 * become another user's.
 */
export async function confirmAddress(
  user: User,
  token: string,
  headers: Headers,
  context: AccountContext,
): Promise<string | undefined> {
  if (readAddressLink(token)?.userId !== user.id) return undefined;
  try {
    await withAccountContext(context, () => auth().api.verifyEmail({ query: { token }, headers }));
  } catch (error) {
    if (isAPIError(error) || errorCode(error) === UNIQUE_VIOLATION) return undefined;
    throw error;
  }
  const now = await findUser(user.id);
  if (!now) return undefined;
  if (now.email !== user.email) {
    // better-auth keeps what was said of the old address; this link has proven the new one.
    await markVerified(user.id, now.email);
    // Whoever reads the old mailbox sets no password any more.
    await endPasswordLinks(user.id);
    await withAccountContext(context, () => mailAddressChanged(user, hashOf(token))).catch(() => {
      log.warn({ user: user.id }, "A mail about a changed address could not be stored.");
    });
  }
  return now.email;
}
