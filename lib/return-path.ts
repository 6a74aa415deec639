/** Any origin that is nobody's: a path that leads away from it would lead away from ours. */
const BASE_URL = "https://once.invalid";

/**
 * The addresses of our pages: segments of letters, digits, "-" and "_". Nothing else: no empty segment, which could be read as
 * the beginning of a host, no backslash, no dot, nothing encoded that a proxy may decode on the way.
 */
const ALLOWED_PATH = /^\/(?:[\w-]+(?:\/[\w-]+)*)?$/;

/**
 * Where to go next, when anybody may have written where: a path of ours with its query, or the start page. What is returned is
 * what a browser makes of `next`, not how it was written, and leads to our own origin when it is read again.
 */
export function safeReturnPath(next: unknown): string {
  if (typeof next !== "string" || !next.startsWith("/") || !URL.canParse(next, BASE_URL)) return "/";
  const { origin, pathname, search } = new URL(next, BASE_URL);
  return origin === BASE_URL && ALLOWED_PATH.test(pathname) ? `${pathname}${search}` : "/";
}

/** Whether a path of ours is where an order, a request or a payment link is paid. */
export function leadsToCheckout(path: string): boolean {
  return /^\/(?:checkout|pay)\/[\w-]+/.test(path);
}
