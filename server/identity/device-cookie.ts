/**
 * Browsers that somebody has signed in with before. Whoever guesses at an account uses up what it may fail, and would lock
 * its owner out; a browser that has shown once that it knows the password has tries of its own instead (OWASP's "device
 * cookies"). better-auth has nothing of the kind beside a second factor.
 *
 * The mark is a cookie that only this server can have made, good for one account. It lets nobody in: it only decides which
 * quota a try counts on.
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
  // For this purpose alone: whatever else the secret signs is never a mark.
  return createHmac("sha256", sessionSecret()).update(`once-known-browser-1 ${text}`).digest("base64url");
}

/** One cookie an account, so that people who share a browser keep their marks; it does not tell the address. */
function cookieName(email: string): string {
  // As with the session's cookie, the prefix binds it to this host, path and TLS; the demo runs on plain http.
  return `${isDemo() ? "" : "__Host-"}once.known.${sign(`name ${email}`).slice(0, NAME_LETTERS)}`;
}

/** The cookie to set for a browser that has just signed in with `email`, in lower case. */
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

/** By what the browser that sent `headers` is known to have signed in with `email`; undefined where it is not known. */
export function readDeviceCookie(headers: Headers, email: string): string | undefined {
  const name = cookieName(email);
  const cookies = (headers.get("cookie") ?? "").split(";").map((one) => one.trim());
  const value = cookies.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  const [nonce = "", signature = ""] = value?.split(".") ?? [];
  const wanted = Buffer.from(sign(`mark ${email} ${nonce}`));
  const given = Buffer.from(signature);
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? nonce : undefined;
}
