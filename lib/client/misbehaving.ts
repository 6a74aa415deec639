/** An HTTP server for tests that does what a network and a service in trouble do, one request after another. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ProblemName, problem } from "../problems.ts";
import type { Clock } from "./persist.ts";

type Received = { method: string; path: string; key: string | undefined; body: string };

export type Reaction =
  /** The request arrived; its connection ends without an answer. */
  | "drop"
  /** The request arrived; nothing follows until the client goes away. */
  | "hang"
  | { status: number; body: unknown; headers?: Record<string, string> };

export type Misbehaving = {
  baseUrl: string;
  received: Received[];
  /** What is done about the next requests, in order. One too many is answered 418 and fails the test's count. */
  script: Reaction[];
  /** Resolves when `count` requests have arrived. */
  arrived: (count: number) => Promise<void>;
  close: () => Promise<void>;
};

export function problemReaction(
  name: ProblemName,
  members: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Reaction {
  const document = { ...problem(name, "no"), ...members };
  return {
    status: document.status,
    body: document,
    headers: { "content-type": "application/problem+json", ...headers },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export async function misbehave(): Promise<Misbehaving> {
  const received: Received[] = [];
  const script: Reaction[] = [];
  let onArrival = () => {};
  const server: Server = createServer(async (request, response) => {
    const key = request.headers["idempotency-key"];
    received.push({
      method: request.method ?? "",
      path: request.url ?? "",
      key: typeof key === "string" ? key : undefined,
      body: await bodyOf(request),
    });
    onArrival();
    const reaction = script.shift() ?? { status: 418, body: null };
    if (reaction === "hang") return;
    if (reaction === "drop") return void request.socket.destroy();
    const { status, body, headers } = reaction;
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    received,
    script,
    arrived: (count) =>
      new Promise((resolve) => {
        onArrival = () => {
          if (received.length >= count) resolve();
        };
        onArrival();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A clock that waits in no time and remembers how long it should have. */
export function fastClock(random = 0): Clock & { waits: number[] } {
  const waits: number[] = [];
  let nowMs = 0;
  return {
    waits,
    nowMs: () => nowMs,
    random: () => random,
    sleep: async (ms) => {
      waits.push(ms);
      nowMs += ms;
    },
  };
}
