/**
 * What was done is told in the address that it led to (`?done=password`), and said only where a cookie of this server, good for
 * seconds, backs it: an address alone, typed, sent by somebody or reloaded later, claims nothing. Works without script, and reading
 * it writes nothing, so that no prefetch uses it up.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { sessionSecret } from "../../identity/session-secret.ts";
import { isDemo } from "../../lifecycle/environment.ts";

/** Long enough for a slow line to bring the page; short enough that a reload later on does not say it again. */
const FLASH_MAX_AGE_SECONDS = 60;

/** One for each page: the cookie's path tells them apart. */
export const COOKIE = "once.flash";

/** The parameters in which an address says what was done. */
const CLAIMS = ["notice", "mail", "done", "changed", "revoked", "saved", "sent", "again", "from"];

/** What a path of ours claims, and of what: its page, with the key or the id where it speaks of one. */
function claimIn(path: string): { pathname: string; about: string; claim: string } | undefined {
  const [pathname = "", query] = path.split("?");
  const search = new URLSearchParams(query);
  const name = CLAIMS.find((one) => search.has(one));
  if (name === undefined) return undefined;
  const about = `${pathname} ${search.get("key") ?? search.get("id") ?? ""}`;
  return { pathname, about, claim: `${name}=${search.get(name)}` };
}

function sign(about: string, claim: string, userId: string, at: string): string {
  // The prefix keeps whatever else the secret signs from being one of these.
  const text = `once-flash-1 ${JSON.stringify([about, claim, userId, at])}`;
  return createHmac("sha256", sessionSecret()).update(text).digest("base64url");
}

/** The cookie that backs what `path` claims, for `userId` ("" for whoever is not signed in); undefined where it claims nothing. */
export function flashFor(path: string, userId: string) {
  const claimed = claimIn(path);
  if (claimed === undefined) return undefined;
  const at = Date.now().toString();
  return {
    name: COOKIE,
    value: `${at}.${sign(claimed.about, claimed.claim, userId, at)}`,
    path: claimed.pathname,
    maxAge: FLASH_MAX_AGE_SECONDS,
    sameSite: "lax",
    httpOnly: true,
    secure: !isDemo(),
  } as const;
}

/** The same as the header that sets it. */
export function flashHeader(path: string, userId: string): string | undefined {
  const flash = flashFor(path, userId);
  if (flash === undefined) return undefined;
  const { name, value, path: at, maxAge, secure } = flash;
  return `${name}=${value}; Path=${at}; Max-Age=${maxAge}; HttpOnly; SameSite=lax${secure ? "; Secure" : ""}`;
}

/** Whether `value`, a cookie's, backs what `path` claims to `userId`. */
export function backs(value: string | undefined, path: string, userId: string): boolean {
  const claimed = claimIn(path);
  const [at = "", signature = ""] = value?.split(".") ?? [];
  if (claimed === undefined || !(Date.now() - Number(at) < FLASH_MAX_AGE_SECONDS * 1_000)) return false;
  const expected = Buffer.from(sign(claimed.about, claimed.claim, userId, at));
  const received = Buffer.from(signature);
  return received.length === expected.length && timingSafeEqual(received, expected);
}
