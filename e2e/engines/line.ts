/**
 * The line between a browser and the server, and what happens to payments on it. It is the server's side of a broken connection
 * for every engine alike; on loopback only.
 */
import { once } from "node:events";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { listen } from "../../db/testing/proxies/listen.ts";

/** What becomes of the answer to a payment, once the server has given it. */
export type Fault =
  /** The connection closes without a byte. */
  | "closed"
  /** The connection is reset. */
  | "reset"
  /** Half of it arrives. */
  | "halved"
  /** A proxy says 502 in its place. */
  | "bad-gateway"
  /** Nothing arrives, as long as the line is not mended. */
  | "held";

/** A request to pay, as it came. */
export type Arrival = {
  path: string;
  /** Whether another request had come over the same connection. */
  connection: "fresh" | "reused";
  /** Whether the server has answered it. */
  isAnswered: boolean;
};

export type Line = {
  address: string;
  /** The requests to pay since the line was last made new, in their order. */
  arrivals(): readonly Arrival[];
  /** From now on, this becomes of the answer to each payment, or to so many of them. */
  break(fault: Fault, times?: number): void;
  /** Requests to pay wait for each other until so many have come, and go on together. */
  gather(count: number): void;
  /** Requests whose path this fits wait until the line is mended. */
  hold(path: RegExp): void;
  /** No request reaches the server until the line is mended: its connection is closed. */
  cut(): void;
  /** Every request from now on comes over a connection of its own. */
  endConnections(): void;
  /** Runs a script in every page before the page's own. */
  injectScript(code: string): void;
  /** Ends what is broken or held. What was answered before is lost to whoever waits for it. */
  mend(): void;
  /** As it was at the beginning. */
  renew(): void;
  close(): Promise<void>;
};

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };

/** Starts one in front of the server at `port`. */
export async function startLine(port: number): Promise<Line> {
  const requestsOf = new WeakMap<Socket, number>();
  let arrivals: Arrival[] = [];
  let broken: { fault: Fault; times: number } | undefined;
  let gathering: { count: number; waiting: (() => void)[] } | undefined;
  let held: { path: RegExp; waiting: (() => void)[] } | undefined;
  let script: string | undefined;
  let isCut = false;
  let keepsConnections = true;
  const heldAnswers = new Set<ServerResponse>();

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const earlier = requestsOf.get(request.socket) ?? 0;
    requestsOf.set(request.socket, earlier + 1);
    const path = request.url ?? "/";
    const body = await buffer(request);
    if (isCut) {
      request.socket.destroy();
      return;
    }
    if (held?.path.test(path)) await new Promise<void>((resolve) => held?.waiting.push(resolve));
    if (!isPayment(request, body)) {
      const answer = await ask(port, request, body);
      deliver(script === undefined ? answer : withScript(answer, script), response);
      return;
    }
    const arrival: Arrival = { path, connection: earlier === 0 ? "fresh" : "reused", isAnswered: false };
    arrivals.push(arrival);
    await together();
    const answer = await ask(port, request, body);
    arrival.isAnswered = true;
    spoil(answer, request, response);
  }

  function deliver({ status, headers, body }: Answer, response: ServerResponse): void {
    // Decided as late as this: what was asked for before connections were ended would keep one.
    if (!keepsConnections) response.shouldKeepAlive = false;
    response.writeHead(status, { ...endToEnd(headers), "content-length": body.length });
    response.end(body);
  }

  function together(): Promise<void> {
    const group = gathering;
    if (group === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      group.waiting.push(resolve);
      if (group.waiting.length < group.count) return;
      gathering = undefined;
      for (const go of group.waiting) go();
    });
  }

  function spoil(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
    const fault = broken !== undefined && broken.times > 0 ? broken.fault : undefined;
    if (broken !== undefined) broken.times -= 1;
    switch (fault) {
      case undefined:
        deliver(answer, response);
        return;
      case "closed":
        request.socket.destroy();
        return;
      case "reset":
        request.socket.resetAndDestroy();
        return;
      case "halved":
        response.writeHead(answer.status, {
          ...endToEnd(answer.headers),
          "content-length": answer.body.length,
        });
        response.write(answer.body.subarray(0, answer.body.length / 2), () => request.socket.destroy());
        return;
      case "bad-gateway":
        response.writeHead(502, { "content-type": "text/html" }).end("<h1>502 Bad Gateway</h1>");
        return;
      case "held":
        heldAnswers.add(response);
        return;
      default:
        fault satisfies never;
    }
  }

  const server = http.createServer((request, response) => {
    // The browser that has gone away, or the server that has ended: then there is nobody to answer.
    pass(request, response).catch(() => request.socket.destroy());
  });
  // Longer than any story: which connections end is for the story to say.
  server.keepAliveTimeout = 600_000;
  const mend = () => {
    const [group, waiting] = [gathering, held];
    [broken, gathering, held, isCut] = [undefined, undefined, undefined, false];
    for (const go of [...(group?.waiting ?? []), ...(waiting?.waiting ?? [])]) go();
    for (const answer of heldAnswers) answer.destroy();
    heldAnswers.clear();
  };
  return {
    address: `http://127.0.0.1:${await listen(server)}`,
    arrivals: () => arrivals,
    break(fault, times = Number.POSITIVE_INFINITY) {
      broken = { fault, times };
    },
    gather(count) {
      gathering = { count, waiting: [] };
    },
    hold(path) {
      held = { path, waiting: [] };
    },
    cut() {
      isCut = true;
    },
    endConnections() {
      keepsConnections = false;
      server.closeIdleConnections();
    },
    injectScript(code) {
      script = code;
    },
    mend,
    renew() {
      mend();
      [arrivals, script, keepsConnections] = [[], undefined, true];
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Whether a request moves money: the server action behind Pay, its route of the API, or the plain form. */
function isPayment({ method, url = "", headers }: IncomingMessage, body: Buffer): boolean {
  if (method !== "POST") return false;
  // Other actions of the same pages, such as the question whether it looks like an earlier payment, carry no key.
  if (headers["next-action"] !== undefined) return body.includes('"key"');
  return /^\/api\/(payments|payments\/[^/]+\/refunds|top-ups)$/.test(url) || /^\/[^?]+\/pay$/.test(url);
}

async function ask(port: number, request: IncomingMessage, body: Buffer): Promise<Answer> {
  const { method, url, headers } = request;
  // Uncompressed, so that a script can be put into it.
  const { "accept-encoding": _, ...others } = headers;
  const onward = http.request({ host: "127.0.0.1", port, method, path: url, headers: others, agent: false });
  onward.end(body);
  const [answer] = (await once(onward, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await buffer(answer) };
}

/** Without what is about the connection to the server. */
function endToEnd(headers: http.IncomingHttpHeaders): http.IncomingHttpHeaders {
  const { connection: _c, "keep-alive": _k, "transfer-encoding": _t, ...others } = headers;
  return others;
}

/** The page with a script before its own, which its policy lets run. */
function withScript(answer: Answer, code: string): Answer {
  const nonce = /'nonce-([^']+)'/.exec(String(answer.headers["content-security-policy"]))?.[1];
  if (nonce === undefined || !answer.headers["content-type"]?.startsWith("text/html")) return answer;
  const html = answer.body
    .toString("utf8")
    .replace(/<head[^>]*>/, (head) => `${head}<script nonce="${nonce}">${code}</script>`);
  return { ...answer, body: Buffer.from(html) };
}
