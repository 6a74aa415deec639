/** The Idempotency-Key header as bytes on a socket, where no client library has tidied it up. */
import { randomUUID } from "node:crypto";
import { createConnection } from "node:net";
import { malformedKeys } from "../../server/http/request/key-header.vectors.ts";
import { books, newOrder, paymentsOf } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";

type Answer = { status: number; headers: Record<string, string>; body: string };

/** A server that refuses a request before it has read all of it resets the connection; what it answered counts. */
const CUT_OFF: readonly unknown[] = ["ECONNRESET", "EPIPE"];

/** What the server answers to a request that is written to a socket byte by byte; status NaN where nothing came. */
async function send(address: string, request: Buffer): Promise<Answer> {
  const { hostname, port } = new URL(address);
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection(Number(port), hostname, () => socket.write(request));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (!CUT_OFF.includes(error.code)) reject(error);
    });
    socket.on("close", () => resolve());
  });
  const text = Buffer.concat(chunks).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { status: Number(statusLine.split(" ")[1]), headers, body: text.slice(end + 4) };
}

/** A payment whose lines of Idempotency-Key are these bytes (latin1), as they are. */
function payment(lines: readonly string[], body: string, query = ""): Buffer {
  const content = Buffer.from(body);
  const head = [
    `POST /api/payments${query} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Authorization: Bearer once_demo_alice",
    "Content-Type: application/json",
    `Content-Length: ${content.length}`,
    "Connection: close",
    ...lines.map((line) => `Idempotency-Key:${line}`),
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"), content]);
}

/** An order of Alice's and its open key. */
async function openKey(baseURL: string): Promise<{ key: string; body: string; orderId: string }> {
  const orderId = await newOrder(baseURL, "1", 1);
  const issued = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers: { authorization: "Bearer once_demo_alice", "content-type": "application/json" },
    body: JSON.stringify({ purpose: { kind: "order", orderId } }),
  });
  expect(issued.status).toBe(201);
  const { key } = (await issued.json()) as { key: string };
  expect(issued.headers.get("location")).toBe(`/api/idempotency-keys/${key}`);
  return { key, orderId, body: JSON.stringify({ orderId, amountMinor: "1", currency: "USD" }) };
}

/** The lines of a header that is malformed; `key` is a key that is open and would pay. */
const malformed = (key: string): string[][] => [
  ...malformedKeys(key).map(([, header]) => [header]),
  // As long as the parser of HTTP takes.
  [`"${"a".repeat(4_000)}"`],
  [`"${key}"${";a".repeat(1_000)}`],
  ["(".repeat(4_000)],
  ['"'.repeat(4_001)],
  [`"${key}"`, `"${key}"`],
  [key, key],
  [`"${key}"`, ""],
  ["", ""],
  [`"${key.slice(1)}`, `${key}"`],
];

test("whatever is not one String that holds a UUID is malformed, and the key that it spells stays open", async ({
  baseURL,
}) => {
  const { key, body, orderId } = await openKey(baseURL ?? "");
  for (const lines of malformed(key)) {
    const { status, headers, body: document } = await send(baseURL ?? "", payment(lines, body));
    expect([status, headers["content-type"], headers["cache-control"]], JSON.stringify(lines)).toEqual([
      400,
      "application/problem+json",
      "no-store",
    ]);
    expect(document, JSON.stringify(lines)).toContain('"type":"/problems/idempotency-key-malformed"');
    expect(document).toContain('"moneyMoved":"unknown","retry":"same-key"');
  }
  expect(await paymentsOf(orderId)).toEqual([]);
  const open = await books()`select 1 from idempotency_keys where key = ${key}`;
  expect(open).toHaveLength(1);
});

test("a header longer than any parser takes is refused, and the server goes on", async ({ baseURL }) => {
  const { key, body, orderId } = await openKey(baseURL ?? "");
  for (const line of [`"${"a".repeat(64 * 1024)}"`, `"${key}"${";a".repeat(32 * 1024)}`]) {
    // 431 from Node's own parser at 16 KiB, unless the reset that follows overtakes it.
    expect([431, Number.NaN]).toContain((await send(baseURL ?? "", payment([line], body))).status);
  }
  // Node does not count the space before a value, which here is nothing: empty is malformed.
  const blank = await send(baseURL ?? "", payment([" ".repeat(64 * 1024)], body));
  expect([blank.status, blank.body.includes("/problems/idempotency-key-malformed")]).toEqual([400, true]);
  expect(await paymentsOf(orderId)).toEqual([]);
  expect((await send(baseURL ?? "", payment([`"${key}"`], body))).status).toBe(201);
});

test("control characters in the header never reach a handler: 400 from the parser of HTTP, and never 500", async ({
  baseURL,
}) => {
  const { key, body, orderId } = await openKey(baseURL ?? "");
  for (const code of [0, 1, 8, 10, 11, 12, 13, 27, 31, 127]) {
    const { status } = await send(baseURL ?? "", payment([` "${key}${String.fromCharCode(code)}"`], body));
    expect(status, `U+${code.toString(16)}`).toBe(400);
  }
  expect(await paymentsOf(orderId)).toEqual([]);
});

test("no line at all is missing; in the query it may stand, and twice only as the same", async ({
  baseURL,
}) => {
  const { key, body } = await openKey(baseURL ?? "");
  const other = randomUUID();
  const type = async (lines: string[], query: string) => {
    const answer = await send(baseURL ?? "", payment(lines, body, query));
    return [answer.status, /problems\/[a-z-]+/.exec(answer.body)?.[0]];
  };
  expect(await type([], "")).toEqual([400, "problems/idempotency-key-missing"]);
  expect(await type([`"${key}"`], `?idempotency_key=${other}`)).toEqual([
    400,
    "problems/idempotency-key-malformed",
  ]);
  expect(await type([], `?idempotency_key=${key}&idempotency_key=${other}`)).toEqual([
    400,
    "problems/idempotency-key-malformed",
  ]);
  expect(await type([], `?idempotency_key=%22${key}%22`)).toEqual([
    400,
    "problems/idempotency-key-malformed",
  ]);
  expect(await type([], `?idempotency_key=${key}`)).toEqual([201, undefined]);
  expect(await type([`"${key}"`], `?idempotency_key=${key}`)).toEqual([201, undefined]);
});

test("a String that holds a UUID, with parameters or without, and a bare UUID are one key", async ({
  baseURL,
}) => {
  const { key, body, orderId } = await openKey(baseURL ?? "");
  const spellings = [
    ` "${key}"`,
    `"${key}"`,
    `\t "${key}" \t`,
    ` "${key.toUpperCase()}"`,
    ` "${key}";a;b=1;c="x";d=tok;e=?0;f=:YQ==:;g=1.5`,
    ` "${key}"; a; a=2`,
    ` ${key}`,
    ` ${key.toUpperCase()}`,
  ];
  const bodies = new Set<string>();
  for (const [n, line] of spellings.entries()) {
    const answer = await send(baseURL ?? "", payment([line], body));
    expect([answer.status, answer.headers["idempotent-replayed"]], line).toEqual([
      201,
      n === 0 ? undefined : "true",
    ]);
    // Chunked on the wire; what it carries is the same bytes.
    bodies.add(answer.body);
  }
  expect(bodies.size).toBe(1);
  expect(await paymentsOf(orderId)).toHaveLength(1);
});
