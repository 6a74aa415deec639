/**
 * What stands between clients and the application, and breaks it: drops answers that the server gave, sends requests
 * twice, holds them back, lets later ones overtake. Spreads requests over the application's servers. On loopback only. A
 * fault counts when the proxy has done it.
 */
import http from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

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
/** Nobody overtakes where nobody else pays: a request that waits to be overtaken goes on after this. */
const OVERTAKEN_WITHIN_MS = 1_500;

export type HttpProxy = {
  baseUrl: string;
  /** Arms a fault for the next payment. */
  arm(fault: HttpFault): void;
  /** Calls back once, when the next payment's request has come ("asked") or its answer ("answered"), with the server's port. */
  onNext(moment: "asked" | "answered", callback: (port: number) => void): void;
  fired(fault: HttpFault): number;
  close(): Promise<void>;
};

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };

/** Starts the proxy in front of whatever servers `ports` names at the time. */
export async function startHttpProxy(ports: () => readonly number[]): Promise<HttpProxy> {
  const armed: HttpFault[] = [];
  const fired = new Map<HttpFault, number>();
  const waiting: { moment: "asked" | "answered"; callback: (port: number) => void }[] = [];
  let overtaken: (() => void)[] = [];
  let turn = 0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

  const nextPort = (): number => {
    const open = ports();
    const port = open[turn++ % Math.max(1, open.length)];
    if (port === undefined) throw new Error("No server is up.");
    return port;
  };
  const tell = (moment: "asked" | "answered", port: number): void => {
    const at = waiting.findIndex((one) => one.moment === moment);
    if (at >= 0) waiting.splice(at, 1)[0]?.callback(port);
  };
  const count = (fault: HttpFault): void => void fired.set(fault, (fired.get(fault) ?? 0) + 1);

  function forward(request: http.IncomingMessage, body: Buffer, isPayment: boolean): Promise<Answer> {
    const port = nextPort();
    return new Promise((resolve, reject) => {
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
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            if (isPayment) tell("answered", port);
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
  }

  async function answerOf(request: http.IncomingMessage, body: Buffer): Promise<Answer | "dropped"> {
    const isPayment = request.method === "POST" && request.headers["idempotency-key"] !== undefined;
    const fault = isPayment ? armed.shift() : undefined;
    switch (fault) {
      case undefined:
        return forward(request, body, isPayment);
      case "drop-answer":
        await forward(request, body, isPayment);
        count(fault);
        return "dropped";
      case "duplicate": {
        const both = [forward(request, body, isPayment), forward(request, body, isPayment)];
        const first = await Promise.any(both);
        await Promise.allSettled(both);
        count(fault);
        return first;
      }
      case "delay":
        await sleep(DELAY_MS);
        count(fault);
        return forward(request, body, isPayment);
      case "reorder": {
        const hasBeenOvertaken = new Promise<true>((resolve) => overtaken.push(() => resolve(true)));
        if ((await Promise.race([hasBeenOvertaken, sleep(OVERTAKEN_WITHIN_MS, false)])) === true)
          count(fault);
        return forward(request, body, isPayment);
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
      answerOf(request, Buffer.concat(chunks)).then(
        (answer) => {
          if (answer === "dropped") return response.destroy();
          response.writeHead(answer.status, answer.headers).end(answer.body);
          for (const resolve of overtaken) resolve();
          overtaken = [];
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
    arm: (fault) => void armed.push(fault),
    onNext: (moment, callback) => void waiting.push({ moment, callback }),
    fired: (fault) => fired.get(fault) ?? 0,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
