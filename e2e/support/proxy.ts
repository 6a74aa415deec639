/** A proxy in front of the application, which makes of requests and answers what real ones do. On loopback only. */
import { once } from "node:events";
import http from "node:http";
import { listen } from "../../db/testing/proxies/listen.ts";

export type Habits = {
  /** Asks for the application by its own address, and tells nobody which one it was asked for. */
  hidesHost?: boolean;
  /** Sends a body on in chunks, as it comes, without saying how long it is. */
  chunks?: boolean;
  /** Headers that it puts on every answer. */
  adds?: Record<string, string>;
};

export type Proxy = { address: string; close(): Promise<void> };

/** Starts one in front of whatever answers at `port`. */
export async function startProxy(port: number, { hidesHost, chunks, adds }: Habits): Promise<Proxy> {
  const server = http.createServer((incoming, outgoing) => {
    const headers = { ...incoming.headers };
    if (hidesHost) headers.host = `127.0.0.1:${port}`;
    if (chunks && headers["content-length"] !== undefined) {
      delete headers["content-length"];
      headers["transfer-encoding"] = "chunked";
    }
    const onward = http.request(
      { host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers, agent: false },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...adds });
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  return {
    address: `http://127.0.0.1:${await listen(server)}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
