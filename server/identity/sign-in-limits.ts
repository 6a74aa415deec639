/**
 * Rate limits on attempts to sign in and sign up, per address and per e-mail. better-auth's own limiter skips calls from the server,
 * and ours come from server actions.
 */
import { clientAddressOf } from "../http/node-server/client-address.ts";
import { consumeQuota, type LimitName, restoreQuota } from "../http/rate-limits.ts";
import { readDeviceCookie } from "./device-cookie.ts";

type AuthAttempt = { what: "sign-in" | "sign-up"; email: string; headers: Headers };

/** The quotas of an attempt, in this order. A browser with the account's device cookie has a quota of its own. */
function quotasOf({ what, email, headers }: AuthAttempt): [LimitName, string][] {
  const device = what === "sign-in" ? readDeviceCookie(headers, email) : undefined;
  if (device !== undefined) return [["sign-in-known", device]];
  const ofEmail: [LimitName, string] = [`${what}-email`, email];
  const address = clientAddressOf(headers);
  return address === undefined ? [ofEmail] : [[`${what}-address`, address], ofEmail];
}

/**
 * Counts an attempt before the password is checked. Returns undefined where it may go on, else how many minutes to wait: a
 * right password is refused then too, or guessing would go on. Counting stops at the first quota that is used up, so that
 * an address that is limited already uses up nothing of anybody's account.
 */
export async function countAttempt(authAttempt: AuthAttempt): Promise<number | undefined> {
  for (const [name, subject] of quotasOf(authAttempt)) {
    const { isWithin, resetSeconds } = await consumeQuota(name, subject);
    if (!isWithin) return Math.ceil(resetSeconds / 60);
  }
  return undefined;
}

/** Takes back an attempt that succeeded: only failures count. */
export async function uncountAttempt(authAttempt: AuthAttempt): Promise<void> {
  for (const [name, subject] of quotasOf(authAttempt)) await restoreQuota(name, subject);
}
