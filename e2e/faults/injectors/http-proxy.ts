/**
 * What stands between clients and the application, and breaks it: drops answers that the server gave, sends requests
 * twice, holds them back, lets later ones overtake. Spreads requests over the application's servers. On loopback only. A
 * fault counts when the proxy has done it.
 */
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { begun, type History, PROGRAM_HEADER } from "../workload/history.ts";

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
/** A browser's requests carry its user's id in this header, and are written down here. */
export const SHOPPER_HEADER = "x-once-shopper";
/** What a browser asks that is about keys and payments; the rest is pages and what they consist of. */
const ABOUT_PAYING = /^\/(?:api\/(?:idempotency-keys|payments)|checkout)\b/;

/** Every deadline of a server is over by then. */
const QUIET_WITHIN_MS = 60_000;
const LOOK_AGAIN_MS = 20;
/** Nobody overtakes where nobody else pays: a request that waits to be overtaken goes on after this. */
const OVERTAKEN_WITHIN_MS = 1_500;

/** A payment's request has come, or the answer to it, or the answer to a key's revocation begins to. */
type Moment = "asked" | "answered" | "revoked";

export type HttpProxy = {
  baseUrl: string;
  /** Arms a fault for the next payment or revocation; what it returns takes it back, where it has not struck. */
  arm(fault: HttpFault): () => void;
  /**
   * Calls back once, at the next such moment, with the port of the server that was asked or has answered; not at all, once
   * what it returns was called.
   */
  onNext(moment: Moment, callback: (port: number) => void): () => void;
  fired(fault: HttpFault): number;
  /** Requests that the server at `port` has not answered yet. */
  underWay(port: number): number;
  /** Resolves once every request has been answered, or its server is gone. */
  quiet(): Promise<void>;
  /** Requests that the server at `port` has got and never answered. */
  lost(port: number): number;
  /** Writes into `history` what browsers ask about keys and payments, and what they are told; and what nobody was told. */
  recordTo(history: History): void;
  close(): Promise<void>;
};

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };

/** Starts the proxy in front of whatever servers `ports` names at the time. */
export async function startHttpProxy(ports: () => readonly number[]): Promise<HttpProxy> {
  const armed: HttpFault[] = [];
  const fired = new Map<HttpFault, number>();
  const waiting: { moment: Moment; callback: (port: number) => void }[] = [];
  /** Requests that wait to be overtaken by one that came later. */
  const slow = new Set<{ sinceMs: number; resolve: () => void }>();
  const underWay = new Map<number, number>();
  const lost = new Map<number, number>();
  let turn = 0;
  let history: History | undefined;
  const agent = new http.Agent({ keepAlive: true });

  /** The server with the fewest requests under way, in turns: one that has fallen silent is soon left alone. */
  const nextPort = (except?: number): number => {
    const all = ports();
    const open = all.length > 1 ? all.filter((port) => port !== except) : all;
    const first = turn++;
    const inTurn = open.map((_, at) => open[(first + at) % open.length] ?? 0);
    const [port] = inTurn.sort((a, b) => (underWay.get(a) ?? 0) - (underWay.get(b) ?? 0));
    if (port === undefined) throw new Error("No server is up.");
    return port;
  };
  const tell = (moment: Moment, port: number): void => {
    const at = waiting.findIndex((one) => one.moment === moment);
    if (at >= 0) waiting.splice(at, 1)[0]?.callback(port);
  };
  const count = (fault: HttpFault): void => void fired.set(fault, (fired.get(fault) ?? 0) + 1);

  function forward(
    request: http.IncomingMessage,
    body: Buffer,
    isPayment: boolean,
    port = nextPort(),
  ): Promise<Answer> {
    underWay.set(port, (underWay.get(port) ?? 0) + 1);
    const answer = new Promise<Answer>((resolve, reject) => {
      const onward = http.request(
        {
          host: "127.0.0.1",
          port,
          method: request.method,
          path: request.url,
          headers: request.headers,
          agent,
        },
        (response) => {
          const chunks: Buffer[] = [];
          // As early as it is told.
          if (request.method === "DELETE" && response.statusCode === 200) tell("revoked", port);
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            if (isPayment && (response.statusCode === 201 || isPayAction(request))) tell("answered", port);
            resolve({
              status: response.statusCode ?? 502,
              headers: response.headers,
              body: Buffer.concat(chunks),
            });
          });
        },
      );
      onward.on("error", reject);
      onward.end(body);
      if (isPayment) tell("asked", port);
    });
    return answer
      .catch((error: unknown) => {
        lost.set(port, (lost.get(port) ?? 0) + 1);
        throw error;
      })
      .finally(() => underWay.set(port, (underWay.get(port) ?? 0) - 1));
  }

  /** Writes down an answer that whoever asked does not get: it was given all the same. */
  function overhear(request: http.IncomingMessage, body: Buffer, askedAtMs: number, answer: Answer): void {
    const userId = request.headers[PROGRAM_HEADER] ?? request.headers[SHOPPER_HEADER];
    if (!history || typeof userId !== "string") return;
    const exchange = begun(userId, askedOf(request, body));
    history.exchanges.push({ ...exchange, invokedAtMs: askedAtMs, answer: asTold(answer) });
  }

  async function answerOf(request: http.IncomingMessage, body: Buffer): Promise<Answer | "dropped"> {
    const isPayment = request.method === "POST" && (keyOf(request) !== undefined || isPayAction(request));
    const isRevocation = request.method === "DELETE";
    const fault = isPayment || isRevocation ? armed.shift() : undefined;
    const askedAtMs = performance.now();
    switch (fault) {
      case undefined:
        return forward(request, body, isPayment);
      case "drop-answer":
        overhear(request, body, askedAtMs, await forward(request, body, isPayment));
        count(fault);
        return "dropped";
      case "duplicate": {
        const port = nextPort();
        const both = [port, nextPort(port)].map((to) => forward(request, body, isPayment, to));
        const first = await Promise.any(both);
        for (const one of await Promise.allSettled(both))
          if (one.status === "fulfilled" && one.value !== first)
            overhear(request, body, askedAtMs, one.value);
        count(fault);
        return first;
      }
      case "delay":
        await sleep(DELAY_MS);
        count(fault);
        return forward(request, body, isPayment);
      case "reorder": {
        const hasBeenOvertaken = new Promise<true>((resolve) =>
          slow.add({ sinceMs: askedAtMs, resolve: () => resolve(true) }),
        );
        if ((await Promise.race([hasBeenOvertaken, sleep(OVERTAKEN_WITHIN_MS, false)])) === true)
          count(fault);
        return forward(request, body, isPayment);
      }
      default:
        return fault satisfies never;
    }
  }

  /** Writes down a browser's request, and returns what takes down the answer to it. */
  function record(request: http.IncomingMessage, body: Buffer): (answer: Answer) => void {
    const userId = request.headers[SHOPPER_HEADER];
    const { method = "", url = "" } = request;
    const isRead = method === "GET" && url.startsWith("/checkout");
    if (!history || typeof userId !== "string" || isRead || !ABOUT_PAYING.test(url)) return () => {};
    const exchange = begun(userId, askedOf(request, body));
    history.exchanges.push(exchange);
    return (answer) => {
      exchange.answer = asTold(answer);
    };
  }

  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const takeDown = record(request, body);
      const sinceMs = performance.now();
      answerOf(request, body).then(
        (answer) => {
          if (answer === "dropped") return response.destroy();
          // A program that has given up hears nothing of it. What browsers are told is written down in any case.
          if (request.socket.destroyed && request.headers[PROGRAM_HEADER] !== undefined)
            overhear(request, body, sinceMs, answer);
          takeDown(answer);
          response.writeHead(answer.status, answer.headers).end(answer.body);
          if (keyOf(request) === undefined) return;
          for (const waiting of slow) {
            if (waiting.sinceMs >= sinceMs) continue;
            slow.delete(waiting);
            waiting.resolve();
          }
        },
        // The server went away: the client is told nothing either.
        () => response.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Bug: the proxy has no port.");
  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    arm(fault) {
      armed.push(fault);
      return () => {
        const at = armed.indexOf(fault);
        if (at >= 0) armed.splice(at, 1);
      };
    },
    onNext(moment, callback) {
      const mine = { moment, callback };
      waiting.push(mine);
      return () => {
        const at = waiting.indexOf(mine);
        if (at >= 0) waiting.splice(at, 1);
      };
    },
    fired: (fault) => fired.get(fault) ?? 0,
    underWay: (port) => underWay.get(port) ?? 0,
    async quiet() {
      const deadline = performance.now() + QUIET_WITHIN_MS;
      while ([...underWay.values()].some((requests) => requests > 0)) {
        if (performance.now() > deadline)
          throw new Error("A server has not answered long after its last deadline.");
        await sleep(LOOK_AGAIN_MS);
      }
    },
    lost: (port) => lost.get(port) ?? 0,
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

function askedOf(request: http.IncomingMessage, body: Buffer) {
  const { method = "", url = "" } = request;
  return {
    method,
    path: url.split("?")[0] ?? url,
    idempotencyKey: keyOf(request),
    body: body.length === 0 ? undefined : body.toString("utf8"),
  };
}

/** An answer as it is written down. */
function asTold({ status, headers, body }: Answer) {
  const isReplay = headers["idempotent-replayed"] === "true";
  return { atMs: performance.now(), status, body: body.toString("utf8"), isReplay };
}

/** The key that a program sends with a payment. */
function keyOf({ headers }: http.IncomingMessage): string | undefined {
  const value = headers["idempotency-key"];
  return Array.isArray(value) ? value[0] : value;
}

/** Whether it is the server action behind Pay. */
function isPayAction({ headers, url = "" }: http.IncomingMessage): boolean {
  return headers["next-action"] !== undefined && url.startsWith("/checkout/");
}
