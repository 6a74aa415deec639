/** Records in a history what a program does not record itself: browsers' requests, and answers that nobody hears. */
import type http from "node:http";
import { begun, type Exchange, type History, PROGRAM_HEADER } from "../workload/history.ts";

/** A browser's requests carry its user's id in this header. */
export const SHOPPER_HEADER = "x-once-shopper";
/** What a browser requests that is about keys and payments; the rest is pages and what they consist of. */
const ABOUT_PAYING = /^\/(?:api\/(?:idempotency-keys|payments)|checkout)\b/;

export type Incoming = { request: http.IncomingMessage; body: Buffer; invokedAtMs: number };
export type Answer = { status: number; headers: http.IncomingHttpHeaders; body: Buffer };

/** Records an answer that was given and is not heard. */
export function recordUnheard(history: History | undefined, incoming: Incoming, answer: Answer): void {
  const { headers } = incoming.request;
  const userId = headers[PROGRAM_HEADER] ?? headers[SHOPPER_HEADER];
  if (!history || typeof userId !== "string") return;
  history.exchanges.push({ ...exchangeOf(userId, incoming), answer: recorded(answer) });
}

/** Records a browser's request, and returns what records the answer to it. */
export function recordBrowser(history: History | undefined, incoming: Incoming): (answer: Answer) => void {
  const { method = "", url = "", headers } = incoming.request;
  const userId = headers[SHOPPER_HEADER];
  const isRead = method === "GET" && url.startsWith("/checkout");
  if (!history || typeof userId !== "string" || isRead || !ABOUT_PAYING.test(url)) return () => {};
  const exchange = exchangeOf(userId, incoming);
  history.exchanges.push(exchange);
  return (answer) => {
    exchange.answer = recorded(answer);
  };
}

function exchangeOf(userId: string, { request, body, invokedAtMs }: Incoming): Exchange {
  const { method = "", url = "" } = request;
  const parts = {
    method,
    path: url.split("?")[0] ?? url,
    idempotencyKey: keyOf(request),
    body: body.length === 0 ? undefined : body.toString("utf8"),
  };
  return { ...begun(userId, parts), invokedAtMs };
}

function recorded({ status, headers, body }: Answer) {
  const isReplay = headers["idempotent-replayed"] === "true";
  return { atMs: performance.now(), status, body: body.toString("utf8"), isReplay };
}

/** The key that a program sends with a payment. */
export function keyOf({ headers }: http.IncomingMessage): string | undefined {
  const value = headers["idempotency-key"];
  return Array.isArray(value) ? value[0] : value;
}
