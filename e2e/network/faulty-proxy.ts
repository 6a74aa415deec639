/**
 * A proxy between a browser and the server that makes of each exchange what networks make of some: lost, cut, sent twice,
 * answered by somebody else. What happens to which request is said by the test. On loopback only.
 */
import { once } from "node:events";
import http from "node:http";
import type { Socket } from "node:net";
import { listen } from "../../db/testing/proxies/listen.ts";

export type Treatment =
  | "pass"
  /** The connection closes; the server never hears of the request. */
  | "lose-request"
  /** The server has done what was asked and answered; the connection closes without a byte. */
  | "lose-answer"
  /** As before, with a reset. */
  | "reset-answer"
  /** The head and half of the body come, then the connection closes. */
  | "cut-answer"
  /** The server never hears of the request, and nobody answers it. */
  | "hold-request"
  /** The server has done what was asked, and nobody hears. */
  | "hold-answer"
  /** A page of a proxy's own instead; the server never hears of the request. */
  | "refuse"
  /** A page of a proxy's own instead of the answer. */
  | "replace-answer"
  /** The request is sent twice at once; the answer that comes first is passed on. */
  | "double"
  /** The request is sent again once it is answered; the second answer is passed on. */
  | "repeat";

export type Seen = {
  method: string;
  path: string;
  /** What it is in the course of a payment, the same in every run: method and path without ids, names of files and queries. */
  label: string;
  /** How many requests had come on its connection before. */
  place: number;
};

export type FaultyProxy = {
  address: string;
  /** All requests that have come, oldest first. */
  seen: readonly Seen[];
  /** How many requests were treated otherwise than passed on. */
  faults(): number;
  /** From now on treats requests so. */
  treat(treatment: (seen: Seen) => Treatment): void;
  /** Closes every open connection on which nothing is under way, and returns how many were open. */
  closeIdle(): number;
  /** As before, but for connections on which nothing was ever asked; returns how many others were open. */
  closeUsed(): number;
  /** Open connections on which nothing was ever asked. */
  unused(): number;
  /** Closes every connection. */
  cut(): void;
  /** May be called twice. */
  close(): Promise<void>;
};

/** What nginx answers by itself, as a person meets it. */
const BAD_GATEWAY =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

type Incoming = { request: http.IncomingMessage; body: Buffer };
type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };
type Connection = { requests: number; isBusy: boolean };

/** Starts one in front of whatever answers at the port that `serverPort` names at the time. */
export async function startFaultyProxy(serverPort: () => number): Promise<FaultyProxy> {
  const seen: Seen[] = [];
  const connections = new Map<Socket, Connection>();
  let treatment: (request: Seen) => Treatment = () => "pass";
  let faults = 0;

  function forward({ request, body }: Incoming): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { method, url, headers } = request;
      const options = { host: "127.0.0.1", port: serverPort(), method, path: url, headers, agent: false };
      const onward = http.request(options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 502,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      onward.on("error", reject);
      onward.end(body);
    });
  }

  async function treatOne(incoming: Incoming, response: http.ServerResponse, what: Treatment): Promise<void> {
    const { socket } = incoming.request;
    switch (what) {
      case "pass":
        return answer(response, await forward(incoming));
      case "lose-request":
        return void socket.destroy();
      case "lose-answer":
        await forward(incoming);
        return void socket.destroy();
      case "reset-answer":
        await forward(incoming);
        return void socket.resetAndDestroy();
      case "cut-answer":
        return cutAnswer(socket, await forward(incoming));
      case "hold-request":
        return;
      case "hold-answer":
        await forward(incoming);
        return;
      case "refuse":
        return void response.writeHead(502, { "content-type": "text/html" }).end(BAD_GATEWAY);
      case "replace-answer":
        await forward(incoming);
        return void response.writeHead(502, { "content-type": "text/html" }).end(BAD_GATEWAY);
      case "double": {
        const both = [forward(incoming), forward(incoming)];
        answer(response, await Promise.any(both));
        await Promise.all(both);
        return;
      }
      case "repeat":
        await forward(incoming);
        return answer(response, await forward(incoming));
      default:
        return what satisfies never;
    }
  }

  const server = http.createServer((request, response) => {
    const connection = connections.get(request.socket) ?? { requests: 0, isBusy: false };
    const place = connection.requests;
    connection.requests += 1;
    connection.isBusy = true;
    response.once("finish", () => {
      connection.isBusy = false;
    });
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const one = { method: request.method ?? "", path: request.url ?? "", label: labelOf(request), place };
      seen.push(one);
      const what = treatment(one);
      if (what !== "pass") faults += 1;
      // A server that is gone answers nobody.
      treatOne({ request, body: Buffer.concat(chunks) }, response, what).catch(() =>
        request.socket.destroy(),
      );
    });
  });
  server.on("connection", (socket) => {
    connections.set(socket, { requests: 0, isBusy: false });
    socket.once("close", () => connections.delete(socket));
  });
  // As long as the server's own: a browser then closes first.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server);
  return {
    address: `http://127.0.0.1:${port}`,
    seen,
    faults: () => faults,
    treat(next) {
      treatment = next;
    },
    closeIdle() {
      const open = connections.size;
      for (const [socket, { isBusy }] of connections) if (!isBusy) socket.destroy();
      return open;
    },
    closeUsed() {
      const used = [...connections].filter(([, { requests }]) => requests > 0);
      for (const [socket, { isBusy }] of used) if (!isBusy) socket.destroy();
      return used.length;
    },
    unused: () => [...connections.values()].filter(({ requests }) => requests === 0).length,
    cut: () => server.closeAllConnections(),
    async close() {
      if (!server.listening) return;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answer(response: http.ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers).end(body);
}

/** What a browser gets when the connection breaks in the middle of an answer; of one without a body, half of its head. */
function cutAnswer(socket: Socket, { status, headers, body }: Answer): void {
  const { "transfer-encoding": _chunked, connection: _connection, ...kept } = headers;
  const lines = Object.entries({ ...kept, "content-length": String(body.length) }).flatMap(([name, value]) =>
    [value ?? ""].flat().map((one) => `${name}: ${one}\r\n`),
  );
  const head = `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n`;
  if (body.length === 0) socket.end(head.slice(0, head.length / 2));
  else socket.end(Buffer.concat([Buffer.from(head, "latin1"), body.subarray(0, body.length / 2)]));
}

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

function labelOf({ method = "", url = "", headers }: http.IncomingMessage): string {
  const path = (url.split("?")[0] ?? "").replaceAll(UUID, "{id}");
  if (path.startsWith("/_next/static/")) return `${method} /_next/static/….${path.split(".").at(-1)}`;
  const means =
    headers["next-action"] !== undefined
      ? " (action)"
      : headers["next-router-prefetch"] !== undefined
        ? " (prefetch)"
        : headers.rsc !== undefined
          ? " (rsc)"
          : "";
  return `${method} ${path}${means}`;
}
