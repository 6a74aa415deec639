/**
 * Paths whose percent-encoding is no UTF-8, such as "/payments/%ff". Next.js fails to decode them, and answers a bare 500
 * before our code is asked. Nothing of ours has such a name, so the path is taken for the text that it is written as,
 * and whatever route it leads to answers that there is no such thing.
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

/** From now on every request of this process has a path that can be decoded. */
export function escapeUndecodablePaths(): void {
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { request: IncomingMessage };
    const [path = "", ...query] = (request.url ?? "").split("?");
    if (!isDecodable(path)) request.url = [path.replaceAll("%", "%25"), ...query].join("?");
  });
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
