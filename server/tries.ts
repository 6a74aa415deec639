/**
 * Limits on signing in and signing up, per address and per e-mail. better-auth's own limiter skips calls from the server,
 * and ours come from server actions.
 */
import { addressOf } from "./address.ts";
import { type Counted, countOn, type LimitName, uncount } from "./limits.ts";

type Try = { what: "sign-in" | "sign-up"; email: string; headers: Headers };

function quotasOf({ what, email, headers }: Try): [LimitName, string][] {
  const ofEmail: [LimitName, string] = [`${what}-email`, email];
  const address = addressOf(headers);
  return address === undefined ? [ofEmail] : [[`${what}-address`, address], ofEmail];
}

/**
 * Counts a try, before anything is looked at. Returns undefined where it may go on, else how many minutes to wait: a
 * right password is refused then too, or guessing would go on.
 */
export async function countTry(one: Try): Promise<number | undefined> {
  const counted: Counted[] = [];
  for (const [name, subject] of quotasOf(one)) counted.push(await countOn(name, subject));
  const waits = counted.filter(({ isWithin }) => !isWithin).map(({ resetSeconds }) => resetSeconds);
  return waits.length === 0 ? undefined : Math.ceil(Math.max(...waits) / 60);
}

/** Takes a try back that succeeded: only failures count against signing in. */
export async function uncountTry(one: Try): Promise<void> {
  for (const [name, subject] of quotasOf(one)) await uncount(name, subject);
}
