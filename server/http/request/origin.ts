/** Our own origin, as a request asked for it, and whether a request that a browser sent with a cookie comes from our own pages. */

import { environment } from "../../lifecycle/environment.ts";
import type { RequestHeaders } from "../fast-path/api-request.ts";

/** A name, an IPv4 or a bracketed IPv6 address, with or without a port: what no path or user can be hidden in. */
const HOST = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/**
 * The origin that a request asked for: ONCE_URL where it is set, else the host that was asked for. Next.js notes that as
 * X-Forwarded-Host before it sends a request on inside the server, with another Host, as it does to show where an action
 * redirects to; a proxy may, too. Written as URLs are, without a usual port. Undefined where what was asked for is no host.
 */
export function requestedOrigin(
  headers: Pick<RequestHeaders, "get">,
  scheme: "http" | "https",
): string | undefined {
  const { ONCE_URL } = environment();
  if (ONCE_URL !== undefined) return new URL(ONCE_URL).origin;
  const host = headers.get("x-forwarded-host")?.split(",")[0]?.trim() || headers.get("host") || "";
  const address = `${scheme}://${host}`;
  return HOST.test(host) && URL.canParse(address) ? new URL(address).origin : undefined;
}

/**
 * Same origin, said by the browser itself. `Sec-Fetch-Site` is what it knows, whatever proxies did to names on the way, and
 * no page can set it; every browser we serve sends it where it trusts the address (https, or this machine). It decides alone:
 * a form's own POST carries `Origin: null` where a proxy has hardened the referrer policy, and so does a stranger's frame,
 * and only this header tells them apart.
 *
 * Without it, or where the reader asked and no page did ("none": a form that a reload sends again), `Origin` must be ours
 * (requestedOrigin): no page can set X-Forwarded-Host for a stranger without a preflight. Where
 * both are missing nothing says so, and the answer is no: a cookie alone proves nothing about who wrote the request.
 */
export function isSameOrigin(headers: Pick<RequestHeaders, "get">): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "none") return site === "same-origin";
  const sent = headers.get("origin");
  if (sent === null || !URL.canParse(sent)) return false;
  const origin = new URL(sent);
  // Read as an address of the same scheme, which writes its usual port in no way but one.
  return origin.origin === requestedOrigin(headers, origin.protocol === "https:" ? "https" : "http");
}
