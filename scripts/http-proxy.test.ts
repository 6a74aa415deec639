/** The fault-injecting HTTP proxy records each answer once, whoever hears it, and forwards requests concurrently. */
import { randomUUID } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import http from "node:http";
import type { Socket } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { listen } from "../db/testing/proxies/listen.ts";
import { type HttpProxy, startHttpProxy } from "../e2e/faults/injectors/http-proxy.ts";
import { SHOPPER_HEADER } from "../e2e/faults/injectors/http-recorder.ts";
import { type History, PROGRAM_HEADER } from "../e2e/faults/workload/history.ts";

let proxy: HttpProxy | undefined;
let server: http.Server | undefined;
afterEach(async () => {
  await proxy?.close();
  server?.close();
});

/** A proxy before one server, which does with requests what `listener` does. */
async function proxyBefore(listener: http.RequestListener): Promise<HttpProxy> {
  const listening = http.createServer(listener);
  server = listening;
  const port = await listen(listening);
  proxy = await startHttpProxy(() => [port]);
  return proxy;
}

/** A payment through the proxy, to a server that answers when its client has left, or waits (`leave`). */
async function paid(by: string, leave: boolean): Promise<History> {
  let answer = () => {};
  let hasCome = () => {};
  const hasArrived = new Promise<void>((resolve) => {
    hasCome = resolve;
  });
  const proxy = await proxyBefore((_, response) => {
    answer = () => response.writeHead(201).end("{}");
    hasCome();
  });
  const history: History = { exchanges: [], shown: [], earlier: new Set() };
  proxy.recordTo(history);

  const arrived: Socket[] = [];
  const note = (message: unknown) => arrived.push((message as { socket: Socket }).socket);
  subscribe("http.server.request.start", note);
  const client = http.request(`${proxy.baseUrl}/api/payments`, {
    method: "POST",
    headers: { [by]: "somebody", "idempotency-key": randomUUID() },
  });
  client.on("error", () => {});
  client.end("{}");
  await hasArrived;
  unsubscribe("http.server.request.start", note);
  // The first that any server here got is the proxy's.
  const [atProxy] = arrived;
  if (!atProxy) throw new Error("Bug: nothing has arrived.");
  const hasLeft = once(atProxy, "close");
  const response = once(client, "response");
  if (leave) {
    client.destroy();
    await Promise.allSettled([hasLeft, response]);
  }
  answer();
  if (!leave) await response;
  await proxy.drained();
  return history;
}

it.each([
  // A program writes down itself what it is told.
  ["a program that waits", PROGRAM_HEADER, false, 0],
  ["a program that has left", PROGRAM_HEADER, true, 1],
  ["a browser that waits", SHOPPER_HEADER, false, 1],
  ["a browser that has left", SHOPPER_HEADER, true, 1],
] as const)("%s", async (_who, header, leave, times) => {
  const { exchanges } = await paid(header, leave);
  await vi.waitFor(() =>
    expect(exchanges.map(({ answer }) => answer?.status)).toEqual(Array(times).fill(201)),
  );
});

it("sends on what comes while many wait: a server that ends is not asked later than somebody asked", async () => {
  const many = 100;
  const waiting: http.ServerResponse[] = [];
  const { baseUrl } = await proxyBefore((_, response) => {
    waiting.push(response);
  });
  const answers = Array.from({ length: many }, () => fetch(`${baseUrl}/api/payments`));
  await vi.waitFor(() => expect(waiting).toHaveLength(many));
  for (const response of waiting) response.end("{}");
  for (const answer of await Promise.all(answers)) expect(answer.status).toBe(200);
});
