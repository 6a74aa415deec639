/** One request and what came back of it. */

import type { MoneyMoved, Retry } from "../api/problems.ts";
import { isRecord } from "../pay/read-response.ts";

export type HttpRequest = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path and query on the service. */
  path: string;
  body?: unknown;
  idempotencyKey?: string;
};

/** A problem document as a program needs it. Its type may be one that only a newer server knows. */
export type ProblemAnswer = {
  type: string;
  title: string;
  status: number;
  detail: string;
  moneyMoved: MoneyMoved;
  retry: Retry;
} & Record<string, unknown>;

export type Exchange =
  | { type: "success"; status: number; body: unknown; isReplay: boolean }
  | { type: "problem"; problem: ProblemAnswer; retryAfterMs: number | undefined; isReplay: boolean }
  /** No answer, or none of ours: a proxy's page, half a body. Nobody can tell whether the request arrived. */
  | { type: "lost" };

export type Address = { baseUrl: string; apiKey: string; fetch: typeof globalThis.fetch };

/** Sends `request` once. Never throws: whatever is no answer of ours is `lost`. */
export async function exchange(
  { baseUrl, apiKey, fetch }: Address,
  request: HttpRequest,
  signal: AbortSignal,
): Promise<Exchange> {
  const headers = new Headers({ accept: "application/json", authorization: `Bearer ${apiKey}` });
  if (request.body !== undefined) headers.set("content-type", "application/json");
  // A Structured Field String (RFC 9651 §3.3.3): in double quotes.
  if (request.idempotencyKey !== undefined) headers.set("idempotency-key", `"${request.idempotencyKey}"`);
  try {
    const response = await fetch(new URL(request.path, baseUrl), {
      method: request.method,
      headers,
      // A redirect would repeat the request somewhere else, or as another method.
      redirect: "error",
      signal,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    const body: unknown = await response.json();
    const isReplay = response.headers.get("idempotent-replayed") === "true";
    if (response.ok) return { type: "success", status: response.status, body, isReplay };
    if (!isProblem(body, response.status)) return { type: "lost" };
    return { type: "problem", problem: body, retryAfterMs: readRetryAfter(response.headers), isReplay };
  } catch {
    // Refused, reset, timed out, or not JSON: no answer of ours.
    return { type: "lost" };
  }
}

const MONEY_MOVED: readonly unknown[] = ["no", "yes", "unknown"] satisfies MoneyMoved[];
const RETRY: readonly unknown[] = ["same-key", "new-key", "never"] satisfies Retry[];

/** Whether `body` is a problem document of ours, about this status. */
function isProblem(body: unknown, status: number): body is ProblemAnswer {
  return (
    isRecord(body) &&
    typeof body.type === "string" &&
    body.status === status &&
    MONEY_MOVED.includes(body.moneyMoved) &&
    RETRY.includes(body.retry)
  );
}

/** Retry-After in milliseconds from now: seconds or a date (RFC 9110 §10.2.3); undefined where it is neither. */
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now());
}
