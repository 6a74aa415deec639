/** What the fast path takes, and what it leaves to Next.js's router. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toResponse } from "../answer.ts";
import { readBody } from "../request/body.ts";
import { json } from "../responses.ts";
import { isNextStart, putInFront, takes } from "./entrance.ts";
import { findHandler, registerHandler, registerOtherMethods } from "./handlers.ts";

const UUID = "01920000-0000-7000-8000-000000000000";

beforeAll(() => {
  for (const route of [
    "GET /api/things",
    "POST /api/things",
    "GET /api/things/[id]",
    "GET /api/things/mine",
    "DELETE /api/things/[id]/parts/[part]",
  ])
    registerHandler(route, async (_request, params) => json(200, { route, params }));
  registerHandler("PUT /api/things", async (request) =>
    json(200, { size: (await readBody(request, 10))?.length ?? "too large" }),
  );
  registerHandler("PATCH /api/things", async () => {
    throw new Error("A bug.");
  });
  for (const path of ["/api/things", "/api/things/[id]"])
    registerOtherMethods(path, async () => json(405, { path }));
  registerHandler("GET /things", async () => json(200, {}));
  registerOtherMethods("/api/[[...path]]", async () => json(404, {}));
});

it.each([
  ["GET", "/api/things", "GET /api/things", {}],
  ["HEAD", "/api/things", "GET /api/things", {}],
  ["GET", "/api/things?limit=10&cursor=a-b_c", "GET /api/things", {}],
  ["GET", "/api/things/mine", "GET /api/things/mine", {}],
  ["GET", `/api/things/${UUID}`, "GET /api/things/[id]", { id: UUID }],
  ["GET", "/api/things/a.b", "GET /api/things/[id]", { id: "a.b" }],
  ["DELETE", "/api/things/1/parts/2", "DELETE /api/things/[id]/parts/[part]", { id: "1", part: "2" }],
])("%s %s is for %s", async (method, url, route, params) => {
  const found = takes({ method, url, headers: {} });
  expect(found?.params).toEqual(params);
  const request = { method, url: `http://x${url}`, headers: new Headers(), body: null };
  const answer = await found?.handler(request, found.params);
  expect(answer && (await toResponse(answer).json())).toEqual({ route, params });
});

it("a method that a path does not have is answered by what answers the others", async () => {
  const found = findHandler("OPTIONS", "/api/things");
  const request = { method: "OPTIONS", url: "http://x/api/things", headers: new Headers(), body: null };
  expect((await found?.handler(request, {}))?.status).toBe(405);
});

it.each([
  "/",
  "/things",
  "/api",
  "/api/",
  "/api/nothing",
  "/api/things/",
  "/api//things",
  "//api/things",
  "/api/./things",
  "/api/../api/things",
  "/api/things/..",
  "/api/things/.",
  "/api/thing%73",
  "/api/things/%2f",
  "/api/things/[id]",
  "/api\\things",
  "/api/things#x",
  "/api/things;x",
  "http://localhost/api/things",
  "/api/things?a=b?c",
  "/api/things?_rsc=1",
  "/api/things?a=b&nxtPid=1",
  "/api/things?a=%00\u0000",
  "*",
])("%s is the router's", (url) => {
  expect(takes({ method: "GET", url, headers: {} })).toBeUndefined();
});

it.each([
  ["TRACE", {}],
  ["PROPFIND", {}],
  ["get", {}],
  ["GET", { rsc: "1" }],
  ["POST", { "next-action": "0" }],
  ["GET", { "x-nextjs-data": "1" }],
  ["GET", { "x-middleware-prefetch": "1" }],
])("%s with %j is the router's", (method, headers) => {
  expect(takes({ method, url: "/api/things", headers })).toBeUndefined();
});

it.each([
  [["node", "/app/node_modules/next/dist/bin/next", "start", "--port", "3000"], true],
  [["node", "C:\\app\\node_modules\\.bin\\next", "start"], true],
  [["node", "/app/node_modules/next/dist/bin/next", "dev"], false],
  [["node", "/app/server.js"], false],
  [["node", "/app/server.js", "start"], false],
  [["node"], false],
])("%j: next start is %s", (argv, is) => {
  expect(isNextStart(argv)).toBe(is);
});

/** A server whose every request is answered "behind", with the entrance in front of that. */
const server = createServer((_incoming, outgoing) => outgoing.end("behind"));
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  putInFront(server);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it("in front of a server it answers what it takes, and hands on everything else", async () => {
  const [taken, left] = [await fetch(`${address()}/api/things/1`), await fetch(`${address()}/page`)];
  expect([await taken.json(), await left.text()]).toEqual([
    { route: "GET /api/things/[id]", params: { id: "1" } },
    "behind",
  ]);
  expect(Object.fromEntries(taken.headers)).toMatchObject({
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "content-length": "52",
  });
});

it("a handler reads a body as far as it wants to, and the connection serves on", async () => {
  const put = async (body: string) =>
    (await fetch(`${address()}/api/things`, { method: "PUT", body })).json();
  expect([await put("12345"), await put("x".repeat(1_000_000)), await put("")]).toEqual([
    { size: 5 },
    { size: "too large" },
    { size: 0 },
  ]);
});

it("a handler that throws after all leaves nobody without an answer", async () => {
  expect((await fetch(`${address()}/api/things`, { method: "PATCH" })).status).toBe(500);
});
