/**
 * Limits on signing in and signing up, per address and per e-mail. better-auth's own limiter skips calls from the server,
 * and ours come from server actions.
 */
import { clientAddressOf } from "../http/node-server/client-address.ts";
import { consumeQuota, type LimitName, restoreQuota } from "../http/rate-limits.ts";
import { readDeviceCookie } from "./device-cookie.ts";

type AuthAttempt = { what: "sign-in" | "sign-up"; email: string; headers: Headers };

/** What a try counts on, in this order. A browser that is known to the account has its own tries, whoever else fails. */
function quotasOf({ what, email, headers }: AuthAttempt): [LimitName, string][] {
  const mark = what === "sign-in" ? readDeviceCookie(headers, email) : undefined;
  if (mark !== undefined) return [["sign-in-known", mark]];
  const ofEmail: [LimitName, string] = [`${what}-email`, email];
  const address = clientAddressOf(headers);
  return address === undefined ? [ofEmail] : [[`${what}-address`, address], ofEmail];
}

/**
 * Counts a try, before anything is looked at. Returns undefined where it may go on, else how many minutes to wait: a
 * right password is refused then too, or guessing would go on. It ends at the first quota that is used up, so that an
 * address that is limited already uses up nothing of anybody's account.
 */
export async function countAttempt(one: AuthAttempt): Promise<number | undefined> {
  for (const [name, subject] of quotasOf(one)) {
    const { isWithin, resetSeconds } = await consumeQuota(name, subject);
    if (!isWithin) return Math.ceil(resetSeconds / 60);
  }
  return undefined;
}

/** Takes a try back that succeeded: only failures count against signing in. */
export async function uncountAttempt(one: AuthAttempt): Promise<void> {
  for (const [name, subject] of quotasOf(one)) await restoreQuota(name, subject);
}
