import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { type AddressInfo, createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isLoopbackHost, restrictToLoopback } from "./loopback-only.ts";

describe("a name in Host", () => {
  it.each([
    "localhost",
    "LocalHost:3000",
    "localhost.",
    "shop.localhost:3000",
    "127.0.0.1",
    "127.0.0.1:3000",
    "127.8.9.10",
    "[::1]",
    "[::1]:3000",
    "[0:0:0:0:0:0:0:1]:3000",
    "[::ffff:127.0.0.1]",
  ])("%s is this machine's", (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });

  it.each([
    "",
    "evil.example",
    "evil.example:3000",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evillocalhost",
    "-.evil.example",
    "192.0.2.1",
    "0.0.0.0:3000",
    "[2001:db8::1]:3000",
    "[::]",
    "localhost@evil.example",
    "localhost, evil.example",
    "localhost:3000:3000",
    "localhost/",
  ])("%o is not", (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

/** An address of this machine that is seen from others; where it has none, only names can be tried. */
const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === "IPv4")?.address;

describe("an HTTP server, guarded while it runs", () => {
  const server = http.createServer((_request, response) => response.end("served"));
  const taken: string[] = [];
  server.on("upgrade", (_request, socket) => {
    taken.push("an upgrade");
    socket.end("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  });
  let port: number;

  beforeAll(async () => {
    server.listen(0, "0.0.0.0");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
    // Asked before anybody looks, and never answered: as Next.js holds requests back while it starts.
    const held = http.createServer(() => taken.push("a request before the guard"));
    held.listen(0, "127.0.0.1");
    await once(held, "listening");
    const early = http.get({ port: (held.address() as AddressInfo).port, headers: { host: "evil.example" } });
    const ended = once(early, "error");
    await once(held, "request");
    restrictToLoopback();
    await ended;
    held.close();
  });

  afterAll(() => server.close());

  async function ask(headers: Record<string, string>, host = "127.0.0.1") {
    const request = http.get({ host, port, headers, setHost: false, agent: false });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const body = Buffer.concat(await answer.toArray()).toString();
    return { status: answer.statusCode, body };
  }

  it("serves what comes from this machine and asks for it", async () => {
    expect(await ask({ host: `localhost:${port}` })).toEqual({ status: 200, body: "served" });
    expect(await ask({ host: "127.0.0.1", "x-forwarded-host": `shop.localhost:${port}` })).toMatchObject({
      status: 200,
    });
  });

  it("refuses other names, in plain words", async () => {
    const refused = { status: 403, body: expect.stringContaining("answers this machine only") };
    expect(await ask({ host: "evil.example" })).toEqual(refused);
    expect(await ask({ host: "localhost", "x-forwarded-host": "evil.example" })).toEqual(refused);
    expect(await ask({ host: "localhost", "x-forwarded-host": "localhost, evil.example" })).toEqual(refused);
  });

  it.each([
    ["x-forwarded-for", "203.0.113.9"],
    ["x-forwarded-for", "127.0.0.1, 203.0.113.9"],
    ["x-forwarded-for", "unknown"],
    ["forwarded", "for=203.0.113.9"],
    ["forwarded", 'for=127.0.0.1, for="[2001:db8::1]:4711";proto=https'],
    ["forwarded", "proto=https; For = _hidden"],
    ["forwarded", "for=127.0.0.1;host=evil.example"],
  ])("refuses what a tunnel brings from elsewhere: %s: %s", async (name, value) => {
    expect(await ask({ host: "127.0.0.1", [name]: value })).toMatchObject({ status: 403 });
  });

  it.each([
    ["x-forwarded-for", "127.0.0.1, ::1, [::1]:4711, ::ffff:127.0.0.1"],
    ["forwarded", 'for=127.0.0.1;host=localhost:3000;proto=http, for="[::1]:4711"'],
  ])("serves what a proxy on this machine brings from it: %s: %s", async (name, value) => {
    expect(await ask({ host: "127.0.0.1", [name]: value })).toMatchObject({ status: 200 });
  });

  it.skipIf(outside === undefined)("refuses other peers, whatever they ask for", async () => {
    expect(await ask({ host: "localhost" }, outside)).toMatchObject({ status: 403 });
  });

  it("ends an upgrade that asks for another name, and passes on one of this machine's", async () => {
    async function upgrade(host: string): Promise<string> {
      const socket = createConnection(port, "127.0.0.1");
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
      return Buffer.concat(await socket.toArray()).toString();
    }
    expect(await upgrade("evil.example")).toBe("");
    expect(taken).toEqual(["a request before the guard"]);
    expect(await upgrade("localhost")).toContain("101");
    expect(taken).toEqual(["a request before the guard", "an upgrade"]);
  });
});
