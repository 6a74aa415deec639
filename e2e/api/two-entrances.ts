/** Requests as they stand on the wire, for both entrances of the API, and what is read of their answers. */
import { once } from "node:events";
import { createConnection } from "node:net";
import { ROUTES } from "../../server/identity/policy.ts";

/** What a run fills in: of its own for each entrance, and written the same afterwards. */
export type Filled = { key: string; intent: string; order: string };

export type Wire = {
  what: string;
  head: string[];
  body?: string | Buffer | ((filled: Filled) => string);
  /** The body comes in pieces, with a pause between them. */
  isSlow?: true;
  /** The client says that it has no more to send before it has sent all. */
  isCutOff?: true;
};

const HOST = "Host: localhost";
const REQUEST_ID = "X-Request-Id: of-both";
export const ALICE = "Authorization: Bearer once_demo_alice";
const MIA = "Authorization: Bearer once_demo_mia";
const JSON_TYPE = "Content-Type: application/json";
const UUID = "01920000-0000-7000-8000-000000000000";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const TRANSFER = JSON.stringify({ payee: "bob", amountMinor: "1", currency: "USD" });
/** One byte more than the API reads. */
const TOO_LARGE = Buffer.alloc(256 * 1024 + 1, " ");

const asked = (line: string, ...headers: string[]): Wire => ({
  what: [line, ...headers.filter((one) => one !== ALICE)].join(" · "),
  head: [`${line} HTTP/1.1`, ...headers],
});
const sent = (what: string, line: string, body: NonNullable<Wire["body"]>, ...headers: string[]): Wire => ({
  what,
  head: [`${line} HTTP/1.1`, ...headers],
  body,
});

const apiPaths = [...new Set(Object.keys(ROUTES).map((name) => name.split(" ")[1] ?? ""))]
  .filter((path) => path.startsWith("/api/") && path !== "/api/metrics")
  .map((path) => path.replaceAll(/\[\w+\]/g, UUID));

/** Every method of every path, of nobody and of somebody. */
const everyRoute = apiPaths.flatMap((path) =>
  METHODS.flatMap((method) => [asked(`${method} ${path}`), asked(`${method} ${path}`, ALICE, JSON_TYPE)]),
);

/** Ways to write an address. */
const addresses = [
  "/api",
  "/api/",
  "/api/nothing",
  "/api/accounts/",
  "/api/accounts/?a=b",
  "/api//accounts",
  "//api/accounts",
  "/api/./accounts",
  "/api/x/../accounts",
  "/x/../api/accounts",
  "/api\\accounts",
  "/api/%61ccounts",
  "/API/accounts",
  "/api/accounts.rsc",
  "/api/accounts#x",
  "/api/accounts;x=1",
  "/api/__proto__",
  "/api/constructor",
  "/api/orders/[id]",
  "/api/payments/%ff",
  "/api/payments/%00",
  "/api/payments/a%2fb",
  "/api/payments/a.b",
  "/api/payments/-",
  `/api/payments/${UUID}/`,
  "http://localhost/api/accounts",
  "/api/payments?limit=1",
  "/api/payments?limit=0",
  "/api/payments?limit=1&limit=2",
  "/api/payments?limit=%31",
  "/api/payments?limit=+1",
  "/api/payments?limit",
  "/api/payments?",
  "/api/payments??limit=1",
  "/api/payments?limit=1&_rsc=x",
  "/api/payments?nxtPid=x",
  `/api/payments/${UUID}?nxtPid=x`,
  "/api/payments?unknown=%zz",
  "/api/payments?cursor=%C3%A9",
  `/api/payments/${UUID}?idempotency_key=${UUID}`,
  `/api/payments/${UUID}?idempotency_key=nothing`,
].map((path) => asked(`GET ${path}`, ALICE));

/** Headers that change what is answered, or might. */
const headers = [
  asked("GET /api/accounts", ALICE, "X-Forwarded-Proto: https"),
  asked("GET /api/accounts", ALICE, "X-Forwarded-Proto: https , http"),
  asked("GET /api/accounts", ALICE, "X-Forwarded-Proto: http", "X-Forwarded-Proto: https"),
  asked("GET /api/accounts", ALICE, "X-Forwarded-Proto: wss"),
  asked("GET /api/openapi.json", "Accept-Encoding: gzip, br"),
  asked("GET /api/openapi.json", 'If-None-Match: "x"', "Range: bytes=0-9"),
  asked("GET /api/accounts", ALICE, "RSC: 1"),
  asked("GET /api/accounts", ALICE, "Next-Router-Prefetch: 1"),
  asked("GET /api/accounts", ALICE, "X-Nextjs-Data: 1"),
  asked("GET /api/health/live", "X-Middleware-Subrequest: middleware", "X-Matched-Path: /api/accounts"),
  asked(
    "GET /api/health/live",
    "X-Invoke-Path: /api/accounts",
    "X-Middleware-Prefetch: 1",
    "Purpose: prefetch",
  ),
  asked("GET /api/accounts", ALICE, "X-HTTP-Method-Override: DELETE"),
  asked("GET /api/accounts", "Authorization: Basic YWxpY2U6eA=="),
  asked("GET /api/accounts", "Authorization: Bearer once_demo_nobody"),
  asked("GET /api/accounts", "Authorization: Bearer once_demo_alice", "Authorization: Bearer once_demo_bob"),
  asked("GET /api/accounts", "Cookie: once.session=abc.def"),
  asked("GET /api/accounts", ALICE, "X-Once-User: 00000000-0000-4000-8000-000000000000"),
  asked("GET /api/orders", ALICE),
  asked("GET /api/orders?limit=2", MIA),
  asked("GET /api/accounts", ALICE, "X-Note: d\u00e9j\u00e0 vu"),
  asked(
    "GET /api/accounts",
    ALICE,
    "Upgrade: h2c",
    "Connection: Upgrade, HTTP2-Settings",
    "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
  ),
  asked("PROPFIND /api/accounts", ALICE),
  asked("GET /api/accounts", ALICE, "Expect: nonsense"),
  { what: "HTTP/1.0", head: ["GET /api/accounts HTTP/1.0", ALICE] },
];

const WITH_KEY = 'Idempotency-Key: "{key}"';
const PAY = "POST /api/payments";
const ISSUE = "POST /api/idempotency-keys";

/** What has a body; in this order, as later ones speak of what earlier ones did. */
const bodies = [
  sent(
    "an order is put",
    "PUT /api/orders/{order}",
    JSON.stringify({
      description: "Tea",
      currency: "USD",
      items: [{ description: "Tea", quantity: 1, amountMinor: "300" }],
    }),
    MIA,
    JSON_TYPE,
  ),
  sent(
    "an order is put again",
    "PUT /api/orders/{order}",
    JSON.stringify({
      description: "Tea",
      currency: "USD",
      items: [{ description: "Tea", quantity: 1, amountMinor: "300" }],
    }),
    MIA,
    JSON_TYPE,
  ),
  asked("GET /api/orders/{order}", MIA),
  asked("DELETE /api/orders/{order}", MIA),
  sent(
    "a key is issued",
    ISSUE,
    ({ intent }) => JSON.stringify({ purpose: { kind: "transfer", intentId: intent } }),
    ALICE,
    JSON_TYPE,
  ),
  sent("a key of somebody else's form", ISSUE, "{}", ALICE, JSON_TYPE, `X-Once-User: ${UUID}`),
  asked("GET /api/idempotency-keys/{key}", ALICE),
  sent("a body that is no transfer", PAY, "{}", ALICE, JSON_TYPE, WITH_KEY),
  sent("no key", PAY, TRANSFER, ALICE, JSON_TYPE),
  sent("a key that is none", PAY, TRANSFER, ALICE, JSON_TYPE, "Idempotency-Key: nothing"),
  sent("a key that is void", PAY, TRANSFER, ALICE, JSON_TYPE, `Idempotency-Key: ${UUID}`),
  sent("two keys", PAY, TRANSFER, ALICE, JSON_TYPE, WITH_KEY, `Idempotency-Key: ${UUID}`),
  sent("no JSON", PAY, "{", ALICE, JSON_TYPE, WITH_KEY),
  sent("no UTF-8", PAY, Buffer.from([0x22, 0xff, 0x22]), ALICE, JSON_TYPE, WITH_KEY),
  sent("no body", PAY, "", ALICE, JSON_TYPE, WITH_KEY),
  sent("a form", PAY, "a=b", ALICE, "Content-Type: application/x-www-form-urlencoded", WITH_KEY),
  sent("a form in parts", PAY, "--x--", ALICE, "Content-Type: multipart/form-data; boundary=x", WITH_KEY),
  sent("compressed", PAY, TRANSFER, ALICE, JSON_TYPE, "Content-Encoding: gzip", WITH_KEY),
  sent("too large", PAY, TOO_LARGE, ALICE, JSON_TYPE, WITH_KEY),
  sent("of nobody, and unread", PAY, TOO_LARGE, JSON_TYPE, WITH_KEY),
  sent("a server action", PAY, "{}", ALICE, JSON_TYPE, "Next-Action: 0123456789"),
  sent("who waits to be told to go on", PAY, "{}", ALICE, JSON_TYPE, WITH_KEY, "Expect: 100-continue"),
  { ...sent("a body in pieces", PAY, '{"payee": 1}', ALICE, JSON_TYPE, WITH_KEY), isSlow: true },
  { ...sent("a body that is cut off", PAY, TRANSFER, ALICE, JSON_TYPE, WITH_KEY), isCutOff: true },
  sent("a body to a GET", "GET /api/accounts", "{}", ALICE, JSON_TYPE),
  sent("a payment", PAY, TRANSFER, ALICE, JSON_TYPE, WITH_KEY),
  sent("its replay", PAY, TRANSFER, ALICE, JSON_TYPE, WITH_KEY),
  sent(
    "its replay, with the key in the address",
    "POST /api/payments?idempotency_key={key}",
    TRANSFER,
    ALICE,
    JSON_TYPE,
  ),
  sent("its key for something else", PAY, TRANSFER.replace('"1"', '"2"'), ALICE, JSON_TYPE, WITH_KEY),
  asked("GET /api/payments/{key}", ALICE),
  asked("GET /api/idempotency-keys/{key}", ALICE),
  asked("DELETE /api/idempotency-keys/{key}", ALICE),
  sent("a refund by whoever paid", "POST /api/payments/{key}/refunds", "{}", ALICE, JSON_TYPE, WITH_KEY),
] satisfies Wire[];

export const WIRES: readonly Wire[] = [...everyRoute, ...addresses, ...headers, ...bodies];

const PIECES = 3;
const PAUSE_MS = 20;

/** Sends `wire` over a connection of its own, and resolves with all that comes back before the server closes it. */
export async function exchange(address: string, wire: Wire, filled: Filled): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = createConnection({ port: Number(port), host: hostname, allowHalfOpen: true });
  await once(socket, "connect");
  const received: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => received.push(chunk));
  // A server that does not want the rest of a body may cut the connection: what it has said by then counts.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.once("end", () => socket.end());

  const given = typeof wire.body === "function" ? wire.body(filled) : (wire.body ?? "");
  const body = Buffer.from(typeof given === "string" ? fillIn(given, filled) : given);
  const lines = [...wire.head, HOST, REQUEST_ID, "Connection: close"].map((line) => fillIn(line, filled));
  if (wire.body !== undefined) lines.push(`Content-Length: ${body.length}`);
  socket.write(Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"));
  const pieces = wire.isSlow || wire.isCutOff ? PIECES : 1;
  for (let piece = 0; piece < (wire.isCutOff ? 1 : pieces); piece += 1) {
    if (piece > 0) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    socket.write(body.subarray((piece * body.length) / pieces, ((piece + 1) * body.length) / pieces));
  }
  if (wire.isCutOff) socket.end();
  await closed;
  return Buffer.concat(received).toString("latin1");
}

function fillIn(text: string, filled: Filled): string {
  return text.replaceAll(/\{(key|intent|order)\}/g, (_all, name: keyof Filled) => filled[name]);
}

/**
 * An answer without what differs between any two answers: the date, what is left of a quota, a page's nonce and, of what each
 * entrance was asked for on its own, the names and the moments.
 */
export function comparable(answer: string, filled: Filled): string {
  let text = answer
    .replace(/\r\nDate: [^\r]+/, "\r\nDate: …")
    .replace(/'nonce-[^']+'/g, "'nonce-…'")
    .replace(/(\/api\/idempotency-keys\/|"key":")[0-9a-f-]{36}/g, "$1…")
    .replace(/;r=\d+;t=\d+/g, ";r=…;t=…")
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "…");
  for (const [name, value] of Object.entries(filled)) text = text.replaceAll(value, `{${name}}`);
  // A page is the router's alone; only how it is begun is compared.
  return text.includes("<!DOCTYPE html>") ? text.slice(0, text.indexOf("\r\n")) : text;
}
