/** The mails about accounts, stored to be sent. What better-auth calls back, and what our own flows send beside it. */
import { findLinkOwner, type Notice } from "@/db/identity/credentials";
import type { AddressOwner } from "@/db/identity/user-settings";
import { findUserSettings } from "@/db/identity/user-settings";
import type { Locale } from "@/lib/locale";
import type { MailContent } from "../mail/content.ts";
import { hasMail } from "../mail/delivery.ts";
import { queueMail } from "../mail/queue.ts";
import { type AccountContext, accountContext } from "./context.ts";
import { confirmAddressLink, confirmSignUpLink, LINK_SECONDS, mailKey, newPasswordLink } from "./links.ts";

/** A mail that only tells what has happened is worth sending for a day. */
const NOTICE_SECONDS = 24 * 60 * 60;

type AuthUser = { id: string; email: string; name: string };
type Whose = { name: string; handle: string };

function contextOf() {
  const context = accountContext();
  if (!context) throw new Error("Bug: a mail about an account outside withAccountContext.");
  return context;
}

/** What better-auth knows of a user holds our own fields, too, and does not say so. */
const whoseOf = (user: AuthUser): Whose => ({ name: user.name, handle: (user as AuthUser & Whose).handle });

/**
 * better-auth's sendResetPassword: `user` has an account, and somebody asked for a new password. A reset and a change of address
 * end the links that were mailed, so the password and the address are in the key: after either another mail is sent at once.
 */
export async function mailNewPassword({ user, token }: { user: AuthUser; token: string }): Promise<void> {
  const { origin } = contextOf();
  const [{ locale }, owner] = [await findUserSettings(user.id), await findLinkOwner(user.id)];
  // The address is another one since the link was made: its old mailbox gets none.
  if (owner?.email !== user.email) return;
  await queueMail({
    key: mailKey("reset-password", `${user.id} ${user.email} ${owner.password}`),
    recipient: user.email,
    locale,
    expiresInSeconds: LINK_SECONDS,
    content: { kind: "reset-password", url: newPasswordLink(origin, token), ...whoseOf(user) },
  });
}

/** better-auth's sendVerificationEmail: to the address that the user has, which is to be confirmed. */
export async function mailVerification({ user, token }: { user: AuthUser; token: string }): Promise<void> {
  await mailAddressLink("confirm-address", user.id, user.email, token, whoseOf(user));
}

/** The link that makes `email` the address of `user`. */
export async function mailAddressChange(user: AuthUser & Whose, email: string, token: string): Promise<void> {
  await mailAddressLink("change-address", user.id, email, token, whoseOf(user));
}

async function mailAddressLink(
  kind: "confirm-address" | "change-address",
  userId: string,
  email: string,
  token: string,
  whose: Whose,
): Promise<void> {
  const { origin } = contextOf();
  const [{ locale }, owner] = [await findUserSettings(userId), await findLinkOwner(userId)];
  await queueMail({
    // The address and the password that the link is bound to: after a change of either it is worth nothing.
    key: mailKey(kind, `${userId} ${email} ${owner?.email} ${owner?.password}`),
    recipient: email,
    locale,
    expiresInSeconds: LINK_SECONDS,
    content: { kind, url: confirmAddressLink(origin, token), ...whose },
  });
}

/** The link that makes an account of a sign-up. */
export async function mailSignUp(
  signUp: Whose & { email: string; token: string; locale: Locale },
): Promise<void> {
  const { origin } = contextOf();
  await queueMail({
    key: mailKey("sign-up", `${signUp.email} ${signUp.token}`),
    recipient: signUp.email,
    locale: signUp.locale,
    expiresInSeconds: LINK_SECONDS,
    content: {
      kind: "confirm-address",
      url: confirmSignUpLink(origin, signUp.token),
      name: signUp.name,
      handle: signUp.handle,
    },
  });
}

/** To whoever reads `email`: somebody wanted it for an account, and it has or had one. */
export async function mailAddressTaken(email: string, owner: AddressOwner): Promise<void> {
  const { origin, locale } = contextOf();
  await queueMail({
    key: mailKey("address-taken", email),
    recipient: email,
    locale: owner.locale ?? locale,
    expiresInSeconds: NOTICE_SECONDS,
    content: {
      kind: "address-taken",
      isCurrent: owner.isCurrent,
      signInUrl: `${origin}/sign-in`,
      resetUrl: `${origin}/reset-password`,
    },
  });
}

function noticeOf({ kind, ...content }: MailContent): Notice | undefined {
  return hasMail() ? { kind, content, expiresInSeconds: NOTICE_SECONDS } : undefined;
}

/** Tells a user that their password was changed; undefined where nobody can be mailed. Stored with the change. */
export function passwordChangedNotice(user: Whose, { origin }: AccountContext): Notice | undefined {
  const { name, handle } = user;
  return noticeOf({ kind: "password-changed", url: `${origin}/reset-password`, name, handle });
}

/** Tells the old address that it is not the user's any more; undefined where nobody can be mailed. Stored with the change. */
export function addressChangedNotice(before: Whose, { origin }: AccountContext): Notice | undefined {
  const { name, handle } = before;
  return noticeOf({ kind: "address-changed", url: `${origin}/settings/account`, name, handle });
}
