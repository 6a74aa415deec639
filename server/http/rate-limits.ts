/**
 * Rate limits per address and caller, in this process's memory: a payment costs no statement more, and with several
 * servers a caller has a quota on each. A request past its quota looks nothing up: the same key is good later.
 */
import { RateLimiterMemory, type RateLimiterRes } from "rate-limiter-flexible";
import { type Item, serializeList } from "structured-headers";
import { type Environment, environment, isDemo } from "../lifecycle/environment.ts";
import { fail, HttpError } from "./responses.ts";

const MINUTE_SECONDS = 60;
const QUARTER_HOUR_SECONDS = 15 * MINUTE_SECONDS;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;

/** Twenty a second for a whole minute: a shop's program in a rush, and far from what one person or polling page asks. */
const IDENTITY_PER_MINUTE = 1_200;
/** Offices and telephone networks share an address, so it may ask for more than one identity does. */
const ADDRESS_PER_MINUTE = 3_000;
/** The demo runs on one machine, is measured there, and has nobody to be protected from: more than loopback carries. */
const DEMO_PER_MINUTE = 10_000_000;

/** Whoever has forgotten a password tries a few; at this rate nobody guesses one of ten characters. */
const SIGN_IN_FAILURES_PER_EMAIL = 20;
/** Of all people behind an address together; only failures count, so that an office may sign in each morning. */
const SIGN_IN_FAILURES_PER_ADDRESS = 60;
/** The same rate for a browser that has signed in before: it may be in other hands by now. */
const SIGN_IN_FAILURES_PER_BROWSER = 20;
/** Accounts that are made from one address. A class that is told to sign up has to come in two groups. */
const SIGN_UPS_PER_ADDRESS = 30;
/** Mails about accounts that are asked for from one address; each address in the world gets few of them anyhow. */
const ACCOUNT_MAILS_PER_ADDRESS = 30;
/** Passwords that somebody who is signed in types once more, before something is changed. */
const PASSWORD_CHECKS_PER_USER = 20;

/** Each takes the server some tenths of a second: as many as somebody saves who goes through a year of receipts by hand. */
const DOCUMENTS_PER_MINUTE = 30;

/** Whoever wants more has the PDFs: mail providers take a sender of many mails for one of spam. */
const RECEIPT_MAILS_PER_HOUR = 20;

type Quota = { limit: number; windowSeconds: number };

/** The quotas by name, as an environment sets them. Each is counted per subject: an address, a user, an e-mail, a browser. */
function quotasOf(env: Environment, demo: boolean) {
  const quota = (limit: number, windowSeconds: number): Quota => ({ limit, windowSeconds });
  return {
    address: quota(
      env.ONCE_ADDRESS_REQUESTS_PER_MINUTE ?? (demo ? DEMO_PER_MINUTE : ADDRESS_PER_MINUTE),
      MINUTE_SECONDS,
    ),
    identity: quota(
      env.ONCE_REQUESTS_PER_MINUTE ?? (demo ? DEMO_PER_MINUTE : IDENTITY_PER_MINUTE),
      MINUTE_SECONDS,
    ),
    "receipt-mail": quota(RECEIPT_MAILS_PER_HOUR, HOUR_SECONDS),
    document: quota(demo ? DEMO_PER_MINUTE : DOCUMENTS_PER_MINUTE, MINUTE_SECONDS),
    "sign-in-address": quota(demo ? DEMO_PER_MINUTE : SIGN_IN_FAILURES_PER_ADDRESS, QUARTER_HOUR_SECONDS),
    "sign-in-email": quota(SIGN_IN_FAILURES_PER_EMAIL, QUARTER_HOUR_SECONDS),
    "sign-in-known": quota(SIGN_IN_FAILURES_PER_BROWSER, QUARTER_HOUR_SECONDS),
    "sign-up-address": quota(demo ? DEMO_PER_MINUTE : SIGN_UPS_PER_ADDRESS, HOUR_SECONDS),
    "account-mail-address": quota(demo ? DEMO_PER_MINUTE : ACCOUNT_MAILS_PER_ADDRESS, HOUR_SECONDS),
    "password-check": quota(PASSWORD_CHECKS_PER_USER, QUARTER_HOUR_SECONDS),
  } as const satisfies Record<string, Quota>;
}

export type LimitName = keyof ReturnType<typeof quotasOf>;

/** What is left of a quota after a request was counted on it. */
export type QuotaState = {
  name: LimitName;
  quota: Quota;
  isWithin: boolean;
  remaining: number;
  resetSeconds: number;
};

type Limiters = Record<LimitName, { quota: Quota; limiter: RateLimiterMemory }>;

// On globalThis, because routes and actions may be bundled apart; each quota is counted once.
const processGlobals = globalThis as typeof globalThis & { onceLimiters?: Limiters };

function limiters(): Limiters {
  processGlobals.onceLimiters ??= Object.fromEntries(
    Object.entries(quotasOf(environment(), isDemo())).map(([name, quota]) => [
      name,
      { quota, limiter: new RateLimiterMemory({ points: quota.limit, duration: quota.windowSeconds }) },
    ]),
  ) as Limiters;
  return processGlobals.onceLimiters;
}

/** Counts one request of `subject` on the quota called `name`. Never refuses by itself: see `isWithin`. */
export async function consumeQuota(name: LimitName, subject: string): Promise<QuotaState> {
  const { quota, limiter } = limiters()[name];
  let found: RateLimiterRes;
  let isWithin = true;
  try {
    found = await limiter.consume(subject);
  } catch (refusal) {
    if (!isRefusal(refusal)) throw refusal;
    found = refusal;
    isWithin = false;
  }
  const resetSeconds = Math.max(1, Math.ceil(found.msBeforeNext / 1000));
  return { name, quota, isWithin, remaining: found.remainingPoints, resetSeconds };
}

/**
 * Whether a limiter has thrown because its quota is used up. Told by what it is: the limiters may have been made in another
 * bundle, with a class of its own.
 */
function isRefusal(thrown: unknown): thrown is RateLimiterRes {
  return typeof thrown === "object" && thrown !== null && "msBeforeNext" in thrown;
}

/** Gives one request back to the quota of `subject`. */
export async function restoreQuota(name: LimitName, subject: string): Promise<void> {
  await limiters()[name].limiter.reward(subject);
}

/** Counts a request to the API, adds the quota's state to `counted`, and throws 429 where it is used up. */
export async function enforceQuota(name: LimitName, subject: string, counted: QuotaState[]): Promise<void> {
  const one = await consumeQuota(name, subject);
  counted.push(one);
  if (!one.isWithin)
    throw new HttpError(fail("rate-limited", { headers: { "retry-after": String(one.resetSeconds) } }));
}

/** What is said of quotas by their names: the same in every answer. */
const policies = new Map<string, string>();

/**
 * What a request was counted on, as RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10 §§3, 4):
 * lists of Structured Field Strings, `q` the quota, `w` its window in seconds, `r` what remains, `t` the seconds until it
 * is whole again.
 */
export function rateLimitHeaders(counted: readonly QuotaState[]): Record<string, string> {
  if (counted.length === 0) return {};
  const items = (parametersOf: (one: QuotaState) => [string, number][]): Item[] =>
    counted.map((one) => [one.name, new Map(parametersOf(one))]);
  const names = counted.map(({ name }) => name).join();
  let policy = policies.get(names);
  if (policy === undefined) {
    policy = serializeList(
      items(({ quota }) => [
        ["q", quota.limit],
        ["w", quota.windowSeconds],
      ]),
    );
    policies.set(names, policy);
  }
  return {
    "ratelimit-policy": policy,
    ratelimit: serializeList(
      items(({ remaining, resetSeconds }) => [
        ["r", remaining],
        ["t", resetSeconds],
      ]),
    ),
  };
}
