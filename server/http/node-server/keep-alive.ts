/**
 * Keep-alive timeout. A proxy must close an idle connection before the server does: a POST that is on its way when the
 * server closes is lost unread, and may be sent again (findings/libraries-send-a-post-again.sh). Node.js closes after
 * five seconds; proxies as a rule after a minute.
 */
import { subscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

/** Longer than nginx, Apache's and AWS's load balancers keep an idle connection by default, which is 60 s at most. */
const IDLE_SECONDS = 75;
/** Node.js also applies headersTimeout to connections that have sent nothing, so it must be longer. */
const LONGER_FOR_HEADERS_MS = 5_000;

/**
 * Sets the keep-alive timeout of this process's HTTP server. Next.js has created it before our code runs, so it is
 * reached with the first request, whose own `Keep-Alive` header still has the shorter default.
 */
export function setKeepAliveTimeout(seconds = IDLE_SECONDS): void {
  subscribe("http.server.request.start", (message) => {
    const { server } = message as { server: Server };
    server.keepAliveTimeout = seconds * 1_000;
    server.headersTimeout = seconds * 1_000 + LONGER_FOR_HEADERS_MS;
  });
}
