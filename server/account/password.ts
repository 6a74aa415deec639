/** A new password: by mail, or by whoever knows the old one. Every other session of the user ends with it, for good. */
import { isAPIError } from "better-auth/api";
import { revokeApiKeys } from "@/db/identity/api-keys";
import { endPasswordLinks, endSessions } from "@/db/identity/sessions";
import { markVerified } from "@/db/identity/user-settings";
import { findUser, type User } from "@/db/identity/users";
import { isGuessable } from "@/lib/identity/sign-up";
import { auth } from "../identity/auth.ts";
import { hasMail } from "../mail/delivery.ts";
import { log } from "../observability/log.ts";
import { mailPasswordChanged } from "./account-mails.ts";
import { type AccountContext, withAccountContext } from "./context.ts";
import { hashOf } from "./links.ts";
import { inSameTime } from "./same-time.ts";

/** Mails a link for a new password, where `email` has an account. Says and takes the same where it has none. */
export async function askForNewPassword(email: string, context: AccountContext): Promise<void> {
  await withAccountContext(context, () =>
    inSameTime(() => auth().api.requestPasswordReset({ body: { email } })),
  );
}

export type PasswordError = "expired" | "guessable" | "wrong";

/**
 * Sets a new password by the link's token, which is good once. All sessions of the user end, and all other links like it; with
 * `revokesKeys` all API keys are revoked. The address is proven by it. Returns what is wrong, or undefined.
 */
export async function setNewPassword(
  wanted: { token: string; password: string; revokesKeys: boolean },
  context: AccountContext,
): Promise<PasswordError | undefined> {
  const { token, password, revokesKeys } = wanted;
  const { internalAdapter } = await auth().$context;
  const link = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  const user = link && link.expiresAt > new Date() ? await findUser(link.value) : undefined;
  if (!user) return "expired";
  if (isGuessable(password, user)) return "guessable";
  try {
    await auth().api.resetPassword({ body: { token, newPassword: password } });
  } catch (error) {
    // Another press of the same button was first.
    if (isAPIError(error)) return "expired";
    throw error;
  }
  await endWhatWas(user, undefined, revokesKeys);
  await markVerified(user.id, user.email);
  await tell(user, token, context);
  return undefined;
}

/** Changes the password of `user`, who is signed in by `headers` and knows the old one. The session goes on as a new one. */
export async function changePassword(
  user: User,
  wanted: { currentPassword: string; newPassword: string; revokesKeys: boolean },
  headers: Headers,
  context: AccountContext,
): Promise<PasswordError | undefined> {
  const { currentPassword, newPassword, revokesKeys } = wanted;
  if (isGuessable(newPassword, user)) return "guessable";
  let token: string | null;
  try {
    ({ token } = await auth().api.changePassword({
      body: { currentPassword, newPassword, revokeOtherSessions: true },
      headers,
    }));
  } catch (error) {
    if (isAPIError(error)) return "wrong";
    throw error;
  }
  await endWhatWas(user, token ?? undefined, revokesKeys);
  await tell(user, token ?? newPassword, context);
  return undefined;
}

/**
 * Ends what the old password opened. better-auth ends the sessions before it writes the password, so one that was opened in
 * between, by the old one, is still there; from here on none is (server/identity/sign-in.ts).
 */
async function endWhatWas(user: User, exceptToken: string | undefined, revokesKeys: boolean): Promise<void> {
  await endSessions(user.id, exceptToken);
  await endPasswordLinks(user.id);
  if (revokesKeys) await revokeApiKeys(user.id);
}

/** Tells the user by mail. The password is changed already, so a failure is only logged. */
async function tell(user: User, change: string, context: AccountContext): Promise<void> {
  if (!hasMail()) return;
  try {
    await withAccountContext(context, () => mailPasswordChanged(user, hashOf(change)));
  } catch {
    log.warn({ user: user.id }, "A mail about a changed password could not be stored.");
  }
}
