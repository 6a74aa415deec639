/**
 * Device cookies (OWASP), against locking an account's owner out by guessing: a browser that has signed in before has a
 * quota of failures of its own. The cookie is signed and good for one account; it decides which quota an attempt counts
 * on, and nothing else. better-auth has nothing of the kind beside a second factor.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { isDemo } from "../lifecycle/environment.ts";
import { sessionSecret } from "./session-secret.ts";

/** Half a year: who comes back less often than that waits like a stranger, at worst a quarter of an hour. */
const MAX_AGE_SECONDS = 180 * 24 * 60 * 60;
const NONCE_BYTES = 16;
/** Of a hash: enough that two accounts in one browser do not meet. */
const NAME_LETTERS = 16;

function sign(text: string): string {
  // The prefix keeps whatever else the secret signs from being a device cookie.
  return createHmac("sha256", sessionSecret()).update(`once-known-browser-1 ${text}`).digest("base64url");
}

/** One cookie an account, so that people who share a browser keep theirs; its name does not give the address away. */
function cookieName(email: string): string {
  // As with the session's cookie, the prefix binds it to this host, path and TLS; the demo runs on plain http.
  return `${isDemo() ? "" : "__Host-"}once.known.${sign(`name ${email}`).slice(0, NAME_LETTERS)}`;
}

/** The cookie to set after a sign-in with `email`, in lower case. */
export function newDeviceCookie(email: string) {
  const nonce = randomBytes(NONCE_BYTES).toString("base64url");
  return {
    name: cookieName(email),
    value: `${nonce}.${sign(`mark ${email} ${nonce}`)}`,
    maxAge: MAX_AGE_SECONDS,
    path: "/",
    sameSite: "lax",
    httpOnly: true,
    secure: !isDemo(),
  } as const;
}

/** The nonce of the browser's valid cookie for `email`, which identifies it; undefined where there is none. */
export function readDeviceCookie(headers: Headers, email: string): string | undefined {
  const name = cookieName(email);
  const cookies = (headers.get("cookie") ?? "").split(";").map((one) => one.trim());
  const value = cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const [nonce = "", signature = ""] = value?.split(".") ?? [];
  const expected = Buffer.from(sign(`mark ${email} ${nonce}`));
  const received = Buffer.from(signature);
  return received.length === expected.length && timingSafeEqual(received, expected) ? nonce : undefined;
}
