/**
 * How long a connection stays open on which nothing is asked. Whoever closes first must not be the server: a request that
 * is on its way at that moment is lost unread, and a POST is sent again by nobody, or by somebody who does not say so
 * (findings/libraries-send-a-post-again.sh).
 * Node.js ends an idle connection after five seconds; proxies keep theirs for a minute, as a rule.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

/** Longer than nginx, Apache's and AWS's load balancers keep an idle connection by default, which is 60 s at most. */
const IDLE_SECONDS = 75;
/**
 * Node.js ends a connection that has not sent the head of a request in this time, and one that has sent nothing at all is
 * among them. It must not do so before an idle one would be ended.
 */
const LONGER_FOR_HEADERS_MS = 5_000;

/**
 * From now on the server of this process keeps idle connections for `seconds`, however it was started: Next.js has made
 * it before anything of ours runs, and it is met with the first request. That one is still told the old limit in
 * `Keep-Alive`, which is shorter, and so does no harm.
 */
export function setKeepAliveTimeout(seconds = IDLE_SECONDS): void {
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    server.keepAliveTimeout = seconds * 1_000;
    server.headersTimeout = seconds * 1_000 + LONGER_FOR_HEADERS_MS;
  });
}
