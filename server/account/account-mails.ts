/** The mails about accounts, stored to be sent. What better-auth calls back, and what our own flows send beside it. */
import type { AddressOwner } from "@/db/identity/user-settings";
import { findUserSettings } from "@/db/identity/user-settings";
import type { Locale } from "@/lib/locale";
import { queueMail } from "../mail/queue.ts";
import { accountContext } from "./context.ts";
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

/** better-auth's sendResetPassword: `user` has an account, and somebody asked for a new password. */
export async function mailNewPassword({ user, token }: { user: AuthUser; token: string }): Promise<void> {
  const { origin } = contextOf();
  const { locale } = await findUserSettings(user.id);
  await queueMail({
    key: mailKey("reset-password", user.id),
    recipient: user.email,
    locale,
    expiresInSeconds: LINK_SECONDS,
    content: { kind: "reset-password", url: newPasswordLink(origin, token), ...whoseOf(user) },
  });
}

/**
 * better-auth's sendVerificationEmail: to the address that is to be confirmed, which for a change of address is not yet the
 * user's.
 */
export async function mailVerification({ user, token }: { user: AuthUser; token: string }): Promise<void> {
  const { origin } = contextOf();
  const { locale } = await findUserSettings(user.id);
  const kind = isChange(token) ? "change-address" : "confirm-address";
  await queueMail({
    key: mailKey(kind, `${user.id} ${user.email}`),
    recipient: user.email,
    locale,
    expiresInSeconds: LINK_SECONDS,
    content: { kind, url: confirmAddressLink(origin, token), ...whoseOf(user) },
  });
}

/** Whether better-auth's token changes an address. Read, not verified: we have just made it. */
function isChange(token: string): boolean {
  const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return (
    typeof claims === "object" && claims !== null && "updateTo" in claims && claims.updateTo !== undefined
  );
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

/** Tells a user that their password was changed. `change` names it, so that it is told once. */
export async function mailPasswordChanged(user: AuthUser & Whose, change: string): Promise<void> {
  const { origin } = contextOf();
  const { locale } = await findUserSettings(user.id);
  await queueMail({
    key: `password-changed:${change}`,
    recipient: user.email,
    locale,
    expiresInSeconds: NOTICE_SECONDS,
    content: {
      kind: "password-changed",
      url: `${origin}/reset-password`,
      name: user.name,
      handle: user.handle,
    },
  });
}

/** Tells the old address that it is not the user's any more. */
export async function mailAddressChanged(before: AuthUser & Whose, change: string): Promise<void> {
  const { origin } = contextOf();
  const { locale } = await findUserSettings(before.id);
  await queueMail({
    key: `address-changed:${change}`,
    recipient: before.email,
    locale,
    expiresInSeconds: NOTICE_SECONDS,
    content: {
      kind: "address-changed",
      url: `${origin}/settings/account`,
      name: before.name,
      handle: before.handle,
    },
  });
}
