/**
 * Server actions that this build does not know, posted by a form without JavaScript: its page is from another build, or from
 * before a deploy. Next.js answers a line of plain text (409, or 400 where it cannot read the form), which leads a person
 * nowhere. Here they are led to a page that says that nothing was done, and back to where they were. What a script sends
 * is told by the same header, and the script sees to it (components/site/not-shown.tsx).
 */
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { flashHeader } from "../request/flash-cookie.ts";

/** How Next.js marks the answer. */
const UNKNOWN_ACTION_HEADER = "x-nextjs-action-not-found";
/** What only scripts send. */
const ACTION_HEADER = "next-action";

/** From now on leads on whoever posted an action that this process does not know. */
export function redirectUnknownActions(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    if (request.method !== "POST" || request.headers[ACTION_HEADER] !== undefined) return;
    // Before Next.js sends the request on to another path within the server.
    const from = request.url ?? "/";
    let isUnknown = false;
    const setHeader = response.setHeader.bind(response);
    response.setHeader = (name, value) => {
      isUnknown ||= name.toLowerCase() === UNKNOWN_ACTION_HEADER;
      return setHeader(name, value);
    };
    const writeHead = response.writeHead.bind(response) as (
      status: number,
      reason?: string | OutgoingHttpHeaders,
      headers?: OutgoingHttpHeaders,
    ) => ServerResponse;
    response.writeHead = ((
      status: number,
      reason?: string | OutgoingHttpHeaders,
      headers?: OutgoingHttpHeaders,
    ) => {
      if (!isUnknown) return writeHead(status, reason, headers);
      const page = `/outdated?from=${encodeURIComponent(from)}`;
      setHeader("location", page);
      // Of nobody: whose session it was has not been looked up.
      const flash = flashHeader(page, "");
      if (flash !== undefined) response.appendHeader("set-cookie", flash);
      return writeHead(303, typeof reason === "string" ? headers : reason);
    }) as typeof response.writeHead;
  });
}
