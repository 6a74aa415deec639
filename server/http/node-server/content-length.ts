/**
 * Content-Length for answers of the API. Next.js takes the header away from what route handlers answer, and sends their
 * answers in chunks: one that is cut on its way looks whole behind some proxies (Caddy 2.6 and lighttpd 1.4 put an end to
 * it by themselves: findings/proxies-complete-a-cut-chunked-answer.sh), and half a payment comes with a 201. With a length, everybody sees that something is missing.
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/** What `json` (server/http/responses.ts) says the length in: a name that Next.js lets pass. Nobody outside ever reads it. */
export const LENGTH_HEADER = "x-once-content-length";

/** From now on sends each answer of this process that says its length with it, as it is. */
export function preserveContentLength(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const setHeader = response.setHeader.bind(response);
    response.setHeader = (name, value) => {
      if (name.toLowerCase() !== LENGTH_HEADER) return setHeader(name, value);
      // Compressed, it would have another length, which nobody knows before its end.
      request.headers["accept-encoding"] = "identity";
      return setHeader("content-length", String(value));
    };
  });
}
