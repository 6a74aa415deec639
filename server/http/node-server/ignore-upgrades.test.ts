import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { ignoreUpgrades } from "./ignore-upgrades.ts";

it("a request that asks for HTTP/2 in clear is answered over HTTP/1.1, with its body, and so is the next", async () => {
  const server = http.createServer(async (request, response) => {
    response.end(`${request.method} ${Buffer.concat(await request.toArray())}`);
  });
  // As Next.js does with whatever is not the websocket of its development server.
  server.on("upgrade", (_request, socket) => socket.end());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ignoreUpgrades();

  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const wish = {
    connection: "Upgrade, HTTP2-Settings",
    upgrade: "h2c",
    "http2-settings": "AAMAAABkAARAAAAA",
  };
  async function ask(method: string, body: string, headers: Record<string, string>): Promise<string> {
    const request = http.request({ port: (server.address() as AddressInfo).port, method, headers, agent });
    request.end(body);
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    return Buffer.concat(await answer.toArray()).toString();
  }
  try {
    expect(await ask("GET", "", wish)).toBe("GET ");
    expect(await ask("POST", "{}", { ...wish, "content-length": "2" })).toBe("POST {}");
    expect(await ask("GET", "", {})).toBe("GET ");
  } finally {
    agent.destroy();
    server.close();
  }
});
