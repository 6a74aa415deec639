/**
 * A new password: by mail, or by whoever knows the old one. Every session of the user ends with it, for good, and whatever else
 * goes with it is written in the same statement (db/identity/credentials.ts).
 */
import { changePasswordFrom, resetPassword } from "@/db/identity/credentials";
import { findUser, type User } from "@/db/identity/users";
import { isGuessable } from "@/lib/identity/sign-up";
import { auth } from "../identity/auth.ts";
import { signInByPassword } from "../identity/sign-in.ts";
import { wakeMailWorker } from "../mail/worker.ts";
import { log } from "../observability/log.ts";
import { noteChange } from "../observability/security.ts";
import { passwordChangedNotice } from "./account-mails.ts";
import { type AccountContext, withAccountContext } from "./context.ts";
import { provePassword } from "./prove-password.ts";
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
 * `revokesKeys` all API keys are revoked; the address is proven by it, and told. Returns what is wrong, or undefined. Where it
 * throws, nothing has been changed and the link is good still, or all of it was done.
 */
export async function setNewPassword(
  wanted: { token: string; password: string; revokesKeys: boolean },
  context: AccountContext,
): Promise<PasswordError | undefined> {
  const { token, password, revokesKeys } = wanted;
  const { internalAdapter, password: passwords } = await auth().$context;
  const link = await internalAdapter.findVerificationValue(`reset-password:${token}`);
  const user = link && link.expiresAt > new Date() ? await findUser(link.value) : undefined;
  if (!link || !user) return "expired";
  if (isGuessable(password, user)) return "guessable";
  const isSet = await resetPassword({
    userId: user.id,
    linkId: link.id,
    email: user.email,
    hash: await passwords.hash(password),
    revokesKeys,
    notice: passwordChangedNotice(user, context),
    origin: context.from,
  });
  // Another press of the same button was first.
  if (!isSet) return "expired";
  noteChange("password-reset", context.from, { userId: user.id });
  wakeMailWorker();
  return undefined;
}

/**
 * Changes the password of `user`, who is signed in by `headers` and knows the old one. Every session ends, and this browser goes
 * on in a new one. Links for a new password that the user was mailed stay good: whoever knows the password cannot keep the
 * owner of the mailbox out.
 */
export async function changePassword(
  user: User,
  wanted: { currentPassword: string; newPassword: string; revokesKeys: boolean },
  headers: Headers,
  context: AccountContext,
): Promise<PasswordError | undefined> {
  const { currentPassword, newPassword, revokesKeys } = wanted;
  if (isGuessable(newPassword, user)) return "guessable";
  const proof = await provePassword(user, currentPassword, headers);
  if (proof === undefined) return "wrong";
  const { password: passwords } = await auth().$context;
  const isChanged = await changePasswordFrom({
    userId: user.id,
    sessionId: proof.sessionId,
    oldHash: proof.hash,
    hash: await passwords.hash(newPassword),
    revokesKeys,
    notice: passwordChangedNotice(user, context),
    origin: context.from,
  });
  if (!isChanged) return "wrong";
  noteChange("password-changed", context.from, { userId: user.id });
  wakeMailWorker();
  await goOn(user, newPassword, headers);
  return undefined;
}

/** Signs this browser in anew. The password is changed already, so a failure is only logged: then the page asks to sign in. */
async function goOn(user: User, password: string, headers: Headers): Promise<void> {
  try {
    await signInByPassword(user.email, password, headers);
  } catch {
    log.warn({ user: user.id }, "Nobody was signed in after a change of password.");
  }
}
