/** Node.js's request as what a handler reads, without building a Request: that costs more than most handlers do. */
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { ApiRequest, RequestHeaders } from "./api-request.ts";

/** No handler reads the host of its URL: where a request was sent to stands in its headers (server/http/request/origin.ts). */
const ORIGIN = "http://localhost";

/** The headers as Next.js makes a Headers of them: several lines of one name have been joined by Node.js. */
class IncomingHeaders implements RequestHeaders {
  readonly #headers: IncomingHttpHeaders;
  constructor(headers: IncomingHttpHeaders) {
    this.#headers = headers;
  }
  get(name: string): string | null {
    const value = this.#headers[name.toLowerCase()];
    return value === undefined ? null : textOf(value);
  }
  *[Symbol.iterator](): IterableIterator<[string, string]> {
    for (const [name, value] of Object.entries(this.#headers))
      if (value !== undefined) yield [name, textOf(value)];
  }
}

function textOf(value: string | string[]): string {
  return typeof value === "string" ? value : value.join(", ");
}

/** `incoming` for a handler. Its body may be left unread, in part or whole (server/http/node-server/unread-body.ts). */
export function apiRequestOf(incoming: IncomingMessage): ApiRequest {
  let arrived: Buffer | undefined;
  return {
    method: incoming.method ?? "GET",
    url: ORIGIN + (incoming.url ?? "/"),
    headers: new IncomingHeaders(incoming.headers),
    body: {
      values: ({ preventCancel }) => incoming.iterator({ destroyOnReturn: !preventCancel }),
    },
    // Taken from where Node.js has put it: iterating over a stream for one chunk costs five times as much.
    arrivedBody() {
      if (arrived === undefined && Number(incoming.headers["content-length"]) === incoming.readableLength)
        arrived = (incoming.read() as Buffer | null) ?? undefined;
      return arrived;
    },
  };
}
