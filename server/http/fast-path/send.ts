/** A handler's answer onto Node.js's response: the same bytes as Next.js writes, without its streams. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiAnswer, isText } from "../answer.ts";
import { API_HEADERS, fixedHeadersFor } from "../fixed-headers.ts";
import { LENGTH_HEADER } from "../node-server/content-length.ts";

/** Next.js says this of whatever it routes to `app/`. An answer of the API depends on none of it, but says it on both ways. */
const VARY = ["vary", "rsc, next-router-state-tree, next-router-prefetch, next-router-segment-prefetch"];
const OF_API = API_HEADERS.flatMap(({ key, value }) => [key, value]);

/** Sends `answer`, in Next.js's order of headers. Of a request that was cancelled there is nobody to hear it. */
export async function send(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: ApiAnswer,
): Promise<void> {
  const headers = fixedHeadersFor(incoming.headers, OF_API);
  headers.push(...VARY);
  for (const [name, value] of answer.headers)
    headers.push(name === LENGTH_HEADER ? "content-length" : name, value);
  const body = isText(answer) ? answer.text : answer.body && Buffer.from(await answer.arrayBuffer());
  outgoing.writeHead(answer.status, headers);
  outgoing.end(body ?? undefined);
}
