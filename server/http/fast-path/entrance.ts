/**
 * The entrance of the fast path: requests to the API that it takes are answered by their handlers at once, those for precompressed
 * static files with these, and neither reaches Next.js's router, which costs several times what they do. Whatever is not plainly a request for one of them, by an address
 * or a header that Next.js would read something into, is the router's, so only what needs no interpretation is decided here.
 */
import { type IncomingMessage, Server, type ServerResponse } from "node:http";
import { describeError, log } from "../../observability/log.ts";
import { countFastPath } from "../../observability/metrics.ts";
import { tracedRequest } from "../../observability/traced-request.ts";
import { activeHandles } from "../node-server/active-handles.ts";
import { NO_FILES, type StaticFiles, staticAnswer } from "../static-files/precompressed.ts";
import { type Found, findHandler } from "./handlers.ts";
import { apiRequestOf } from "./incoming-request.ts";
import { send } from "./send.ts";

/** Paths and queries of the API as programs write them: nothing to decode, to normalise or to redirect. */
const PLAIN = /^(\/api(?:\/[\w~-]+(?:\.[\w~-]+)*)+)(?:\?[\w.~=&%+:-]*)?$/;
/** What Next.js's router puts into queries, and reads from them (`nxtPid`, `_rsc`, `__nextLocale`). */
const NEXT_QUERY = /[?&](?:nxt|_)/;
/** With these Next.js's router does something else than to call the handler, or may with its next version. */
const NEXT_HEADER = /^(?:rsc$|next-|x-(?:next|nextjs|middleware|prerender|matched|invoke|now|vercel)-)/;
/** Cookies of its preview, which it takes back where they are not good. */
const NEXT_COOKIE = /__prerender_bypass|__next_preview_data/;
/** The methods that Next.js calls a handler for. */
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** The handler for a request that the fast path takes; undefined where the request is the router's. */
export function takes({
  method = "",
  url = "",
  headers,
}: Pick<IncomingMessage, "method" | "url" | "headers">): Found | undefined {
  const path = PLAIN.exec(url)?.[1];
  if (path === undefined || !METHODS.has(method) || NEXT_QUERY.test(url)) return undefined;
  for (const name in headers) if (NEXT_HEADER.test(name)) return undefined;
  if (headers.cookie !== undefined && NEXT_COOKIE.test(headers.cookie)) return undefined;
  return findHandler(method, path);
}

async function answer(found: Found, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  countFastPath();
  try {
    const request = apiRequestOf(incoming);
    const response = await tracedRequest(request, found.path, () => found.handler(request, found.params));
    await send(incoming, outgoing, response);
  } catch (error) {
    // A bug of ours: handlers turn what they throw into answers. Nothing is known of the key then.
    log.error({ error: describeError(error) }, "An answer of the API could not be sent.");
    if (outgoing.headersSent) outgoing.destroy();
    else outgoing.writeHead(500).end();
  }
}

/**
 * Whether this process is `next start`, which `npm start` becomes: a production server whose requests go to Next.js alone. Before
 * another one, which may do more with a request than hand it on, the fast path is never put; `next dev` loads handlers anew.
 */
export function isNextStart([, program = "", command]: readonly string[] = process.argv): boolean {
  return /[\\/]next(?:\.js)?$/.test(program) && command === "start";
}

/**
 * Puts the entrance in front of every HTTP server of this process that listens now: where Next.js serves by itself, that is its own.
 * Listeners before it, and what watches requests by Node.js's diagnostics channels, see every request as before.
 */
export function openFastPath(files: StaticFiles): void {
  for (const handle of activeHandles()) if (handle instanceof Server) putInFront(handle, files);
}

/** Puts the entrance in front of what answers `server`'s requests now. */
export function putInFront(server: Server, files: StaticFiles = NO_FILES): void {
  const behind = server.listeners("request") as ((
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ) => void)[];
  server.removeAllListeners("request");
  server.on("request", (incoming, outgoing) => {
    const found = takes(incoming);
    if (found !== undefined) return void answer(found, incoming, outgoing);
    const file = staticAnswer(files, incoming);
    if (file !== undefined) return outgoing.writeHead(200, file.headers).end(file.body);
    for (const listener of behind) listener.call(server, incoming, outgoing);
  });
}
