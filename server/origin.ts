/** Whether a request that a browser sent with a cookie comes from our own pages. */
import { environment } from "./environment.ts";

/**
 * Same origin, said by the browser itself: `Origin`, else `Sec-Fetch-Site`. Where both are missing nothing says so, and
 * the answer is no: a cookie alone proves nothing about who wrote the request.
 */
export function isSameOrigin(headers: Headers): boolean {
  const origin = headers.get("origin");
  if (origin === null) return headers.get("sec-fetch-site") === "same-origin";
  if (!URL.canParse(origin)) return false;
  const { ONCE_URL } = environment();
  return ONCE_URL === undefined
    ? new URL(origin).host === headers.get("host")
    : new URL(origin).origin === new URL(ONCE_URL).origin;
}
