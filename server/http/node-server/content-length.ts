/**
 * Content-Length for responses of the API. Next.js removes the header and sends them chunked
 * (findings/next-drops-content-length-of-route-handlers.sh); a chunked response that is cut on its way looks complete behind
 * some proxies (findings/proxies-complete-a-cut-chunked-answer.sh), so that a 201 would come with half a payment. With a
 * length, every client sees that it is truncated.
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/** Where `json` (server/http/responses.ts) puts the length: a header that Next.js keeps. It is never sent. */
export const LENGTH_HEADER = "x-once-content-length";

/** From now on sends every response of this process that has LENGTH_HEADER with Content-Length, uncompressed. */
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
