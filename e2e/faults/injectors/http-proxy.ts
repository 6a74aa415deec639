/**
 * A reverse proxy and load balancer that injects faults between clients and the application's servers, on loopback. A fault
 * counts as fired once the proxy has done it.
 */
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../../../db/testing/proxies/listen.ts";
import { type History, PROGRAM_HEADER } from "../workload/history.ts";
import { type Answer, type Incoming, keyOf, recordBrowser, recordUnheard } from "./http-recorder.ts";

export type HttpFault =
  /** The server has answered; the client's connection ends instead. */
  | "drop-answer"
  /** The request is sent twice at once, to two servers where there are two; the first answer goes to the client. */
  | "duplicate"
  /** The request waits before it is sent. */
  | "delay"
  /** The request waits until another one has been answered. */
  | "reorder";

const DELAY_MS = 700;
/** Longer than every deadline of a server. */
const DRAIN_LIMIT_MS = 60_000;
const POLL_INTERVAL_MS = 20;
/** A request that nobody overtakes goes on after this. */
const OVERTAKEN_WITHIN_MS = 1_500;

/** A payment's request has come, or the answer to it, or the answer to a key's revocation begins to. */
export type ProxyEvent = "requested" | "answered" | "revoked";

export type HttpProxy = {
  baseUrl: string;
  /** Arms a fault for the next payment or revocation; what it returns disarms it. */
  arm(fault: HttpFault): () => void;
  /** Calls back once, at the next `event`, with the server's port; what it returns removes the listener. */
  onNext(event: ProxyEvent, callback: (port: number) => void): () => void;
  fired(fault: HttpFault): number;
  /** Requests that the server at `port` has not answered yet. */
  inFlight(port: number): number;
  /** Resolves once every request has been answered, or its server is gone. */
  drained(): Promise<void>;
  /** Requests that the server at `port` has got and never answered. */
  unanswered(port: number): number;
  /** Records in `history` browsers' exchanges about keys and payments, and answers that nobody hears. */
  recordTo(history: History): void;
  close(): Promise<void>;
};

/** Starts the proxy in front of whatever servers `ports` names at the time. */
export async function startHttpProxy(ports: () => readonly number[]): Promise<HttpProxy> {
  const armed: HttpFault[] = [];
  const fired = new Map<HttpFault, number>();
  const listeners: { event: ProxyEvent; callback: (port: number) => void }[] = [];
  /** Requests that wait to be overtaken by one that came later. */
  const overtakable = new Set<{ invokedAtMs: number; resolve: () => void }>();
  const inFlight = new Map<number, number>();
  const unanswered = new Map<number, number>();
  let roundRobin = 0;
  let history: History | undefined;
  const agent = new http.Agent({ keepAlive: true });

  /** The server with the fewest requests in flight, so that one that has fallen silent is soon left alone. */
  const nextPort = (except?: number): number => {
    const all = ports();
    const open = all.length > 1 ? all.filter((port) => port !== except) : all;
    const first = roundRobin++;
    const inTurn = open.map((_, at) => open[(first + at) % open.length] ?? 0);
    const [port] = inTurn.sort((a, b) => (inFlight.get(a) ?? 0) - (inFlight.get(b) ?? 0));
    if (port === undefined) throw new Error("No server is up.");
    return port;
  };
  const emit = (event: ProxyEvent, port: number): void => {
    const at = listeners.findIndex((one) => one.event === event);
    if (at >= 0) listeners.splice(at, 1)[0]?.callback(port);
  };
  const count = (fault: HttpFault): void => void fired.set(fault, (fired.get(fault) ?? 0) + 1);

  function forward({ request, body }: Incoming, isPayment: boolean, port = nextPort()): Promise<Answer> {
    inFlight.set(port, (inFlight.get(port) ?? 0) + 1);
    const { method, url, headers } = request;
    const answer = new Promise<Answer>((resolve, reject) => {
      const options = { host: "127.0.0.1", port, method, path: url, headers, agent };
      const onward = http.request(options, (response) => {
        const chunks: Buffer[] = [];
        const status = response.statusCode ?? 502;
        // As soon as the client can hear of it.
        if (method === "DELETE" && status === 200) emit("revoked", port);
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          if (isPayment && (status === 201 || isPressOfPay(request))) emit("answered", port);
          resolve({ status, headers: response.headers, body: Buffer.concat(chunks) });
        });
      });
      onward.on("error", reject);
      onward.end(body);
      if (isPayment) emit("requested", port);
    });
    return answer
      .catch((error: unknown) => {
        unanswered.set(port, (unanswered.get(port) ?? 0) + 1);
        throw error;
      })
      .finally(() => inFlight.set(port, (inFlight.get(port) ?? 0) - 1));
  }

  async function answerOf(incoming: Incoming): Promise<Answer | "dropped"> {
    const { request, invokedAtMs } = incoming;
    const isPayment = request.method === "POST" && (keyOf(request) !== undefined || isPressOfPay(request));
    const fault = isPayment || request.method === "DELETE" ? armed.shift() : undefined;
    switch (fault) {
      case undefined:
        return forward(incoming, isPayment);
      case "drop-answer":
        recordUnheard(history, incoming, await forward(incoming, isPayment));
        count(fault);
        return "dropped";
      case "duplicate": {
        const port = nextPort();
        const both = [port, nextPort(port)].map((to) => forward(incoming, isPayment, to));
        const first = await Promise.any(both);
        for (const one of await Promise.allSettled(both))
          if (one.status === "fulfilled" && one.value !== first) recordUnheard(history, incoming, one.value);
        count(fault);
        return first;
      }
      case "delay":
        await sleep(DELAY_MS);
        count(fault);
        return forward(incoming, isPayment);
      case "reorder": {
        const hasBeenOvertaken = new Promise<true>((resolve) =>
          overtakable.add({ invokedAtMs, resolve: () => resolve(true) }),
        );
        if ((await Promise.race([hasBeenOvertaken, sleep(OVERTAKEN_WITHIN_MS, false)])) === true)
          count(fault);
        return forward(incoming, isPayment);
      }
      default:
        return fault satisfies never;
    }
  }

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const incoming = { request, body: Buffer.concat(chunks), invokedAtMs: performance.now() };
      const recordAnswer = recordBrowser(history, incoming);
      answerOf(incoming).then(
        (answer) => {
          if (answer === "dropped") return response.destroy();
          // A program that has given up hears nothing of it; a browser's answer is recorded in any case.
          if (request.socket.destroyed && request.headers[PROGRAM_HEADER] !== undefined)
            recordUnheard(history, incoming, answer);
          recordAnswer(answer);
          response.writeHead(answer.status, answer.headers).end(answer.body);
          if (keyOf(request) === undefined) return;
          for (const overtaken of overtakable) {
            if (overtaken.invokedAtMs >= incoming.invokedAtMs) continue;
            overtakable.delete(overtaken);
            overtaken.resolve();
          }
        },
        // The server went away: the client is told nothing either.
        () => response.destroy(),
      );
    });
  });
  const port = await listen(server);
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    arm(fault) {
      armed.push(fault);
      return () => {
        const at = armed.indexOf(fault);
        if (at >= 0) armed.splice(at, 1);
      };
    },
    onNext(event, callback) {
      const mine = { event, callback };
      listeners.push(mine);
      return () => {
        const at = listeners.indexOf(mine);
        if (at >= 0) listeners.splice(at, 1);
      };
    },
    fired: (fault) => fired.get(fault) ?? 0,
    inFlight: (port) => inFlight.get(port) ?? 0,
    async drained() {
      const deadline = performance.now() + DRAIN_LIMIT_MS;
      while ([...inFlight.values()].some((requests) => requests > 0)) {
        if (performance.now() > deadline)
          throw new Error("A server has not answered long after its last deadline.");
        await sleep(POLL_INTERVAL_MS);
      }
    },
    unanswered: (port) => unanswered.get(port) ?? 0,
    recordTo(to) {
      history = to;
    },
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Whether it is the server action behind Pay. */
function isPressOfPay({ headers, url = "" }: http.IncomingMessage): boolean {
  return (headers["next-action"] !== undefined && url.startsWith("/checkout/")) || url.endsWith("/pay");
}
