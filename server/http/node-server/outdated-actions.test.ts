import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { backs } from "../request/flash-cookie.ts";
import { redirectUnknownActions } from "./outdated-actions.ts";

/** As Next.js, whose answer to an action that it does not know is `/stale`'s. */
const server = http.createServer((request, response) => {
  if (request.url?.startsWith("/stale")) {
    response.statusCode = 409;
    response.setHeader("x-nextjs-action-not-found", "1");
  }
  response.end("Server Action unavailable.");
});

beforeAll(async () => {
  redirectUnknownActions();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

async function answerTo(path: string, headers: Record<string, string> = {}, method = "POST") {
  const { port } = server.address() as AddressInfo;
  const request = http.request({ port, path, method, headers }).end();
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  answer.resume();
  return [answer.statusCode, answer.headers.location, answer.headers["set-cookie"]];
}

it("a form whose action is not known leads to the page that says so, and from there back", async () => {
  const page = "/outdated?from=%2Fstale%3Fnext%3D%252Fsend%26a%3Db";
  const [status, location, cookies] = await answerTo("/stale?next=%2Fsend&a=b");
  expect([status, location]).toEqual([303, page]);
  // What the page says was done is backed.
  const [flash] = (cookies as string[] | undefined) ?? [];
  expect(backs(/^once\.flash=([^;]+)/.exec(flash ?? "")?.[1], page, "")).toBe(true);
});

it("what a script sent is left to the script", async () => {
  expect(await answerTo("/stale", { "next-action": "7f00" })).toEqual([409, undefined, undefined]);
});

it("nothing else is touched", async () => {
  expect(await answerTo("/known")).toEqual([200, undefined, undefined]);
  expect(await answerTo("/stale", {}, "GET")).toEqual([409, undefined, undefined]);
});
