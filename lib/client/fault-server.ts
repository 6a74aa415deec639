/** An HTTP server for tests that follows a script: one response or network fault a request. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach } from "vitest";
import type { Payment } from "../api/payment.ts";
import { type ProblemName, problem } from "../api/problems.ts";
import { type ClientConfig, onceClient } from "./client.ts";
import type { Clock } from "./retry.ts";

type Received = { method: string; path: string; key: string | undefined; body: string };

export type ScriptedResponse =
  /** The request arrived; its connection ends without an answer. */
  | "drop"
  /** The request arrived; nothing follows until the client goes away. */
  | "hang"
  | { status: number; body: unknown; headers?: Record<string, string> };

type FaultServer = {
  baseUrl: string;
  received: Received[];
  /** The responses to the next requests, in order. One request too many is answered 418 and fails the test's count. */
  script: ScriptedResponse[];
  /** Resolves when `count` requests have arrived. */
  arrived: (count: number) => Promise<void>;
  close: () => Promise<void>;
};

export function scriptedProblem(
  name: ProblemName,
  members: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): ScriptedResponse {
  const document = { ...problem(name, "no"), ...members };
  return {
    status: document.status,
    body: document,
    headers: { "content-type": "application/problem+json", ...headers },
  };
}

// The subjects of the regular responses.
export const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
export const OTHER_KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9325";
export const ORDER = {
  orderId: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11",
  amountMinor: "3800",
  currency: "USD",
};

export function paymentWith(id: string, status: Payment["status"] = "succeeded"): Payment {
  const account = "3f1c8a52-7a4e-4a8d-9f0e-1d2c3b4a5968";
  return {
    id,
    kind: "order",
    status,
    ...(status === "declined" && { declineCode: "insufficient_funds" }),
    amountMinor: "3800",
    currency: "USD",
    payerAccountId: account,
    payeeAccountId: account,
    orderId: ORDER.orderId,
    settledAt: "2026-03-02T09:41:07.218Z",
  };
}

const ORDER_PURPOSE = { kind: "order", orderId: ORDER.orderId };
export const INTENT_ID = "8a6f2f0c-2d1b-4a7e-8a58-6f1c6a4f0b42";

export const issued = (key = KEY, purpose: object = ORDER_PURPOSE): ScriptedResponse => ({
  status: 201,
  body: { key, purpose, state: "open", expiresAt: "2026-03-03T09:41:07.218Z" },
});
export const settledBy = (payment: Payment): ScriptedResponse => ({
  status: 200,
  body: { state: "settled", payment },
});
export const paid = (key = KEY): ScriptedResponse => ({ status: 201, body: paymentWith(key) });
/** The key has paid before: this very request (`replayed`), or another one (`reusedOf`). */
export const replayed = (key = KEY): ScriptedResponse => ({
  status: 201,
  body: paymentWith(key),
  headers: { "idempotent-replayed": "true" },
});
export const reusedOf = (payment: Payment): ScriptedResponse =>
  scriptedProblem("idempotency-key-reused", {
    moneyMoved: payment.status === "succeeded" ? "yes" : "no",
    payment,
  });
export const declined = (retry: string) =>
  scriptedProblem("declined", {
    retry,
    declineCode: "insufficient_funds",
    payment: paymentWith(KEY, "declined"),
  });

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function startFaultServer(): Promise<FaultServer> {
  const received: Received[] = [];
  const script: ScriptedResponse[] = [];
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

/** A server for each test of the calling file, a client of it, and the requests to pay that arrived there. */
export function faultServer() {
  let server: FaultServer;
  beforeEach(async () => {
    server = await startFaultServer();
  });
  afterEach(() => server.close());
  return {
    server: {
      get received() {
        return server.received;
      },
      get script() {
        return server.script;
      },
      arrived: (count: number) => server.arrived(count),
    },
    clientWith: (config: Partial<ClientConfig> = {}) =>
      onceClient({ baseUrl: server.baseUrl, apiKey: "once_demo_alice", clock: fastClock(), ...config }),
    payments: () => server.received.filter(({ path }) => path === "/api/payments"),
  };
}
