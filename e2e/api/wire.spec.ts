/** What stands on the wire, byte by byte: answers that nobody can cut unnoticed, on connections that stay open. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { onceClient } from "../../lib/client/client.ts";
import { expect, test } from "../support/fixtures.ts";
import { withOtherServer } from "../support/other-server.ts";

type RawAnswer = { status: string; headers: Map<string, string>; body: Buffer };

async function connected(address: string): Promise<Socket> {
  const { hostname, port } = new URL(address);
  const socket = createConnection(Number(port), hostname);
  await once(socket, "connect");
  return socket;
}

/** Sends a request, and resolves with its answer once that is as long as its length says; fails where it says none. */
async function asked(socket: Socket, head: string[], body = ""): Promise<RawAnswer> {
  const lines = [...head, "Host: localhost", `Content-Length: ${Buffer.byteLength(body)}`];
  socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
  let received = Buffer.alloc(0);
  for (;;) {
    received = Buffer.concat([received, ...((await once(socket, "data")) as Buffer[])]);
    const end = received.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const [status = "", ...fields] = received.subarray(0, end).toString().split("\r\n");
    const headers = new Map(
      fields.map((field) => {
        const [name = "", ...value] = field.split(": ");
        return [name.toLowerCase(), value.join(": ")];
      }),
    );
    expect([...headers.keys()], status).toContain("content-length");
    const answer = received.subarray(end + 4);
    const length = head[0]?.startsWith("HEAD ") ? 0 : Number(headers.get("content-length"));
    if (answer.length >= length) return { status, headers, body: answer };
  }
}

test("each answer of the API says its length and is not compressed, so that half of one is seen to be half", async ({
  baseURL,
}) => {
  const alice = onceClient({ baseUrl: baseURL ?? "", apiKey: "once_demo_alice" });
  const issued = await alice.issueKey({ kind: "transfer", intentId: randomUUID() });
  if (issued.type !== "ok" || issued.value.state !== "open") throw new Error("There is no key.");
  const { key } = issued.value;
  const common = ["Authorization: Bearer once_demo_alice", "Accept-Encoding: gzip, deflate, br"];
  const pay = ["POST /api/payments HTTP/1.1", ...common, "Content-Type: application/json"];
  // Longer in bytes than in characters, and long enough to be worth compressing.
  const note = "\u{1F600}".repeat(140);
  const transfer = JSON.stringify({ payee: "bob", amountMinor: "1", currency: "USD", note });
  const socket = await connected(baseURL ?? "");
  const answers = [
    await asked(socket, [...pay, `Idempotency-Key: "${key}"`], transfer),
    await asked(socket, [...pay, `Idempotency-Key: "${key}"`], transfer),
    await asked(socket, [...pay, `Idempotency-Key: "${key}"`], transfer.replace('"1"', '"2"')),
    await asked(socket, [...pay, `Idempotency-Key: "${randomUUID()}"`], transfer),
    await asked(socket, ["GET /api/payments?limit=100 HTTP/1.1", ...common]),
    await asked(socket, ["HEAD /api/payments?limit=100 HTTP/1.1", ...common]),
    await asked(socket, ["GET /api/openapi.json HTTP/1.1", ...common]),
    await asked(socket, ["PATCH /api/payments HTTP/1.1", ...common]),
    await asked(socket, ["GET /api/nothing HTTP/1.1", ...common]),
  ];
  socket.destroy();
  expect(answers.map(({ status }) => status.split(" ")[1])).toEqual([
    "201",
    "201",
    "422",
    "410",
    "200",
    "200",
    "200",
    "405",
    "404",
  ]);
  for (const { status, headers, body } of answers) {
    expect([...headers.keys()], status).not.toContain("transfer-encoding");
    expect([...headers.keys()], status).not.toContain("content-encoding");
    expect([...headers.keys()], status).not.toContain("x-once-content-length");
    if (body.length > 0) expect(body.length, status).toBe(Number(headers.get("content-length")));
  }
  const [first, again] = answers;
  expect(again?.body).toEqual(first?.body);
  expect(JSON.parse(String(first?.body))).toMatchObject({ id: key, note });
});

/** What the server says of a connection, from the second answer on: the first one met it as Node.js made it. */
async function idleSecondsOf(address: string): Promise<string | undefined> {
  const socket = await connected(address);
  const live = ["GET /api/health/live HTTP/1.1"];
  await asked(socket, live);
  const { headers } = await asked(socket, live);
  socket.destroy();
  return headers.get("keep-alive");
}

test("an idle connection is kept for longer than any proxy keeps it, or for as long as is set", async ({
  baseURL,
}) => {
  expect(await idleSecondsOf(baseURL ?? "")).toBe("timeout=75");
  await withOtherServer({ ONCE_KEEP_ALIVE_SECONDS: "620" }, async (address) => {
    expect(await idleSecondsOf(address)).toBe("timeout=620");
  });
});
