import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { escapeUndecodablePaths } from "./undecodable-paths.ts";

/** As Next.js, which decodes the path of every request before anybody is asked. */
const server = http.createServer((request, response) => {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  response.end(`${decodeURIComponent(path)} ${query}`);
});

beforeAll(async () => {
  escapeUndecodablePaths();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

it.each([
  ["/api/payments/%ff", "/api/payments/%ff "],
  ["/checkout/%C3%28?a=%ff", "/checkout/%C3%28 a=%ff"],
  ["/a%20b/%e2%82", "/a%20b/%e2%82 "],
  ["/%zz", "/%zz "],
  ["/a%20b/%E2%82%AC?a=%ff", "/a b/€ a=%ff"],
])("%s is the path %s", async (path, expected) => {
  const request = http.get({ port: (server.address() as AddressInfo).port, path });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  expect(Buffer.concat(await answer.toArray()).toString()).toBe(expected);
});
