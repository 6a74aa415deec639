import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { clientAddress, clientAddressOf, recordClientAddresses, shownAddressOf } from "./client-address.ts";

describe("the address of a client", () => {
  it("is the peer's where no proxy is trusted, whatever X-Forwarded-For says", () => {
    expect(clientAddress("192.0.2.1", "198.51.100.7", 0)).toBe("192.0.2.1");
  });

  it("is what the outermost trusted proxy heard, whatever the client wrote before it", () => {
    expect(clientAddress("10.0.0.1", "203.0.113.9, 198.51.100.7", 1)).toBe("198.51.100.7");
    expect(clientAddress("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.0.0.2", 2)).toBe("198.51.100.7");
  });

  it("is the peer's where the proxy's entry is missing or no address", () => {
    expect(clientAddress("10.0.0.1", undefined, 1)).toBe("10.0.0.1");
    expect(clientAddress("10.0.0.1", "203.0.113.9, unknown", 1)).toBe("10.0.0.1");
  });

  it("is one for a whole /64 of IPv6, and the same however it is written", () => {
    const network = "2001:db8:0:1::/64";
    for (const peer of ["2001:db8:0:1::1", "2001:DB8::1:0:0:0:2", "2001:0db8:0000:0001:ffff:1:2:3"])
      expect(clientAddress(peer, undefined, 0)).toBe(network);
    expect(clientAddress("2001:db8::1", undefined, 0)).toBe("2001:db8:0:0::/64");
    expect(clientAddress("::1", undefined, 0)).toBe("0:0:0:0::/64");
    expect(clientAddress("fe80::1%eth0", undefined, 0)).toBe("fe80:0:0:0::/64");
  });

  it("is IPv4 where it comes in IPv6's clothes, or with a port", () => {
    expect(clientAddress("::ffff:192.0.2.1", undefined, 0)).toBe("192.0.2.1");
    for (const mapped of [
      "::ffff:c000:201",
      "0:0:0:0:0:FFFF:C000:0201",
      "[::ffff:c000:201]:4711",
      "::ffff:192.0.2.1%eth0",
    ])
      expect(clientAddress("10.0.0.1", mapped, 1)).toBe("192.0.2.1");
    expect(clientAddress("::ffff:0:0:1", undefined, 0)).toBe("0:0:0:0::/64");
    expect(clientAddress("2001:db8::192.0.2.1", undefined, 0)).toBe("2001:db8:0:0::/64");
    expect(clientAddress("10.0.0.1", "198.51.100.7:4711", 1)).toBe("198.51.100.7");
    expect(clientAddress("10.0.0.1", "[2001:db8::1]:4711", 1)).toBe("2001:db8:0:0::/64");
  });
});

it.each([
  ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
  ["2001:db8::9", "2001:db8::/64"],
  ["198.51.100.7", "198.51.100.7"],
  // This machine itself says nothing to anybody.
  ["::1", ""],
])("%s is shown to its user as %o", async (peer, shown) => {
  recordClientAddresses(1);
  const server = createServer((incoming, response) => {
    response.end(shownAddressOf(new Headers(incoming.headers as Record<string, string>)) || "nothing");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sent = request({ port, headers: { "x-forwarded-for": peer } });
  sent.end();
  const [answer] = await once(sent, "response");
  const [body] = await once(answer, "data");
  server.close();
  expect(String(body)).toBe(shown || "nothing");
});

it("a request is marked as it arrives, and no header that a client can think of stands for that", async () => {
  recordClientAddresses(0);
  const server = createServer((incoming, response) => {
    const headers = new Headers(incoming.headers as Record<string, string>);
    response.end(`${clientAddressOf(headers) ?? "nobody marked it"} ${shownAddressOf(headers)}`);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sent = request({
    port: (server.address() as AddressInfo).port,
    headers: { "x-forwarded-for": "203.0.113.9", "x-once-address": "203.0.113.9" },
  });
  sent.end();
  const [answer] = await once(sent, "response");
  const [body] = await once(answer, "data");
  server.close();
  expect(String(body)).toBe("127.0.0.1 127.0.0.1");
  expect(shownAddressOf(new Headers({ "x-forwarded-for": "203.0.113.9" }))).toBe("");
  expect(clientAddressOf(new Headers({ "x-once-address": "203.0.113.9" }))).toBeUndefined();
});
