/**
 * A request that asks to go on in another protocol. We speak HTTP/1.1 alone, and a server may ignore the wish
 * (RFC 9110 §7.8). Java's HttpClient asks for HTTP/2 that way with every first request in clear, and `curl --http2`, too.
 * Node.js hands such a request to those who listen for "upgrade", and Next.js, which does, closes the connection without
 * an answer. Where nobody listens, Node.js answers the request as any other.
 */
import { Server } from "node:http";
import { activeHandles } from "./active-handles.ts";

/** Has every HTTP server of this process that listens now answer such requests as if they had not asked. */
export function ignoreUpgrades(): void {
  for (const handle of activeHandles()) if (handle instanceof Server) handle.removeAllListeners("upgrade");
}
