/**
 * Rate limits on attempts to sign in and sign up, and to have a mail sent. better-auth's own limiter skips calls from the server,
 * and ours come from server actions.
 *
 * What somebody who is not signed in asks for counts on their own client address, never on the e-mail address they name: a
 * stranger could use up what its owner needs. Guessing a password is the exception, and there a browser that the account knows
 * has tries of its own. How many mails one mailbox gets is limited without a quota (server/account/links.ts).
 */
import { clientAddressOf } from "../http/node-server/client-address.ts";
import { consumeQuota, type LimitName, restoreQuota } from "../http/rate-limits.ts";
import { noteRefusal } from "../observability/security.ts";
import { readDeviceCookie } from "./device-cookie.ts";

type AuthAttempt =
  | { what: "sign-in"; email: string; headers: Headers }
  | { what: "sign-up" | "account-mail"; headers: Headers };

/** The quotas of an attempt, in this order. A browser with the account's device cookie has a quota of its own. */
function quotasOf(attempt: AuthAttempt): [LimitName, string][] {
  const device = attempt.what === "sign-in" ? readDeviceCookie(attempt.headers, attempt.email) : undefined;
  if (device !== undefined) return [["sign-in-known", device]];
  const ofEmail: [LimitName, string][] = attempt.what === "sign-in" ? [["sign-in-email", attempt.email]] : [];
  const address = clientAddressOf(attempt.headers);
  return address === undefined ? ofEmail : [[`${attempt.what}-address`, address], ...ofEmail];
}

/**
 * Counts an attempt before anything is looked up. Returns undefined where it may go on, else how many minutes to wait: a
 * right password is refused then too, or guessing would go on. Counting stops at the first quota that is used up, so that
 * an address that is limited already uses up nothing of anybody's account.
 */
export async function countAttempt(authAttempt: AuthAttempt): Promise<number | undefined> {
  for (const [name, subject] of quotasOf(authAttempt)) {
    const { isWithin, resetSeconds } = await consumeQuota(name, subject);
    if (isWithin) continue;
    const { what, headers } = authAttempt;
    if (what === "sign-in") noteRefusal("locked-out", headers, { email: authAttempt.email, detail: name });
    else noteRefusal("rate-limited", headers, { detail: name });
    return Math.ceil(resetSeconds / 60);
  }
  return undefined;
}

/** Takes back an attempt that succeeded: only failures count. */
export async function uncountAttempt(authAttempt: AuthAttempt): Promise<void> {
  for (const [name, subject] of quotasOf(authAttempt)) await restoreQuota(name, subject);
}
