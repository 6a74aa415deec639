/** Links in mails about accounts: how long they live, and where they lead. */
import { createHash, createHmac } from "node:crypto";
import { sessionSecret } from "../identity/session-secret.ts";

/** Long enough for a slow mail, short enough that a mailbox that is read later gives nothing away. */
export const LINK_SECONDS = 60 * 60;

/**
 * At most one mail of a kind to one address in this time, however often it is asked for: nobody fills a stranger's mailbox. Whoever
 * asks in vain has a mail already, whose link lives on, so nobody is kept from anything either: what ends a link changes the
 * subject of the next.
 */
const ONE_MAIL_EACH_SECONDS = 5 * 60;

/** The key of a mail to `subject`, the same for a while. */
export function mailKey(kind: string, subject: string): string {
  return `${kind}:${hashOf(subject)}:${Math.floor(Date.now() / 1_000 / ONE_MAIL_EACH_SECONDS)}`;
}

export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

/** The secret of the link that confirms a sign-up: the same for the same form and the same words, and nobody guesses it. */
export function signUpToken(facts: { id: string; email: string; handle: string; name: string }): string {
  const { id, email, handle, name } = facts;
  // The prefix keeps whatever else the secret signs from being such a link.
  return createHmac("sha256", sessionSecret())
    .update(`once-sign-up-1 ${JSON.stringify([id, email, handle, name])}`)
    .digest("base64url");
}

const linkTo = (origin: string, path: string, token: string): string =>
  `${origin}${path}?token=${encodeURIComponent(token)}`;

export const confirmSignUpLink = (origin: string, token: string): string =>
  linkTo(origin, "/sign-up/confirm", token);
export const newPasswordLink = (origin: string, token: string): string =>
  linkTo(origin, "/reset-password/new", token);
export const confirmAddressLink = (origin: string, token: string): string =>
  linkTo(origin, "/settings/account/confirm-address", token);
