import { once } from "node:events";
import http from "node:http";
import { type AddressInfo, createConnection } from "node:net";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readBody } from "../request/body.ts";
import { drainUnreadBodies } from "./unread-body.ts";

const MAX_BYTES = 1024 * 1024;

/** A body as Next.js gives it to handlers: it takes in what comes, and does not hear of being cancelled. */
function bodyOf(incoming: http.IncomingMessage): ReadableStream {
  return new ReadableStream({
    start(controller) {
      incoming.on("data", (chunk) => controller.enqueue(chunk));
      incoming.on("end", () => controller.close());
    },
  });
}

/** How much of a body is read before the answer. */
const READERS: Record<string, (incoming: http.IncomingMessage) => Promise<unknown>> = {
  async "/none"() {},
  async "/chunk"(incoming) {
    for await (const _chunk of incoming.iterator({ destroyOnReturn: false })) break;
  },
  async "/too-large"(incoming) {
    const init = { method: "POST", body: bodyOf(incoming), duplex: "half" } as RequestInit;
    return readBody(new Request("http://once.test", init), 10);
  },
  async "/cancelled"(incoming) {
    await Readable.toWeb(incoming).cancel();
  },
};

const server = http.createServer(async (incoming, response) => {
  await READERS[incoming.url ?? ""]?.(incoming);
  response.end("answered");
});
// A connection on which nothing is answered is not to end by itself.
server.keepAliveTimeout = 600_000;
let port: number;

beforeAll(async () => {
  drainUnreadBodies(MAX_BYTES);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => server.close());

/** Sends a body of `bytes` in chunks to `path`, and on the same connection another request; what comes back, whole. */
async function answersTo(path: string, bytes: number): Promise<string> {
  const socket = createConnection(port, "127.0.0.1");
  // A server that has closed answers what is still written with a reset.
  socket.on("error", () => undefined);
  socket.write(`POST ${path} HTTP/1.1\r\nHost: once.test\r\nTransfer-Encoding: chunked\r\n\r\n`);
  socket.write(`${bytes.toString(16)}\r\n${"x".repeat(bytes)}\r\n0\r\n\r\n`);
  socket.write("GET /next HTTP/1.1\r\nHost: once.test\r\nConnection: close\r\n\r\n");
  let received = "";
  socket.on("data", (data) => {
    received += data;
  });
  await new Promise((resolve) => socket.once("close", resolve));
  return received;
}

it.each(["/none", "/chunk", "/too-large"])(
  "a body that was not read to its end is thrown away, and the next request is answered: %s",
  async (path) => {
    const received = await answersTo(path, MAX_BYTES / 2);
    expect(received.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  },
);

it.each(["/none", "/chunk", "/too-large"])(
  "one that is longer than that is not waited for: %s",
  async (path) => {
    const received = await answersTo(path, MAX_BYTES * 4);
    expect(received.match(/HTTP\/1\.1 200 OK/g) ?? []).not.toHaveLength(2);
  },
);

it("where a body cannot be thrown away, the connection ends", async () => {
  await answersTo("/cancelled", MAX_BYTES / 2);
});
