/** Answers of the HTTP API. */
import { errorCode } from "@/db/execution/error-code";
import { isDefinitive } from "@/db/payments/failures";
import type { ProblemDocument } from "@/lib/api/payment-response";
import { type MoneyMoved, type ProblemName, problem } from "@/lib/api/problems";
import type { FieldError } from "@/lib/api/requests";
import { describeError, log } from "../observability/log.ts";
import { TextAnswer } from "./answer.ts";
import { LENGTH_HEADER } from "./node-server/content-length.ts";

/** What a client should wait before it asks again: longer than a restart, short for somebody who watches. */
const RETRY_AFTER_SECONDS = 2;

/** The problems that are answered with Retry-After. */
const RETRYABLE: ReadonlySet<string> = new Set([
  "/problems/outcome-unknown",
  "/problems/payment-in-progress",
  "/problems/unavailable",
]);

/** An answer of text that no cache keeps, sent with its length. */
export function textAnswer(status: number, text: string, headers: Record<string, string>): TextAnswer {
  return new TextAnswer(status, text, {
    "cache-control": "no-store",
    [LENGTH_HEADER]: String(Buffer.byteLength(text)),
    ...headers,
  });
}

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): TextAnswer {
  return textAnswer(status, JSON.stringify(body), { "content-type": "application/json", ...headers });
}

/** A problem document (RFC 9457) as an answer. */
export function problemResponse(
  body: { status: number; type: string },
  headers: Record<string, string> = {},
): TextAnswer {
  return json(body.status, body, {
    "content-type": "application/problem+json",
    "content-language": "en",
    ...(RETRYABLE.has(body.type) ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {}),
    ...(body.status === 401 ? { "www-authenticate": 'Bearer realm="once"' } : {}),
    ...headers,
  });
}

export type ProblemOptions = {
  moneyMoved?: MoneyMoved;
  detail?: string;
  errors?: FieldError[];
  headers?: Record<string, string>;
};

/** The problem called `name`, as an answer. */
export function fail(
  name: ProblemName,
  { moneyMoved, detail, errors, headers }: ProblemOptions = {},
): TextAnswer {
  const document = problem(name, moneyMoved);
  return problemResponse({ ...document, ...(detail && { detail }), ...(errors && { errors }) }, headers);
}

/** Refuses a request that takes no key because of one field. */
export function invalid(pointer: string, detail: string): TextAnswer {
  return fail("invalid-request", { errors: [{ pointer, detail }] });
}

/** Thrown anywhere below a handler to end the request with `response`. */
export class HttpError extends Error {
  readonly response: TextAnswer;
  constructor(response: TextAnswer) {
    super(`HTTP ${response.status}`);
    this.response = response;
  }
}

/** What went wrong, as a problem: a transient failure is 503 and says "same key"; only bugs are 500. Logs it. */
export function problemOf(error: unknown, context: Record<string, unknown> = {}): ProblemDocument {
  const name = failureName(error);
  log[name === "internal-error" ? "error" : "warn"](
    { ...context, problem: name, error: describeError(error) },
    name,
  );
  return problem(name);
}

function failureName(
  error: unknown,
): "outcome-unknown" | "payment-in-progress" | "unavailable" | "internal-error" {
  // By code, never by class: start-up and routes may be bundled apart, each with classes of its own.
  const code = errorCode(error);
  switch (code) {
    case "OUTCOME_UNKNOWN":
      return "outcome-unknown";
    case "PAYMENT_IN_PROGRESS":
      return "payment-in-progress";
    case undefined:
      return "internal-error";
    default:
      // Ours, postgres.js's and Node's failures have a code; a bug of ours has none, or one that is definitive.
      return isDefinitive(error) ? "internal-error" : "unavailable";
  }
}
