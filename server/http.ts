/** Answers of the HTTP API, and the frame every route handler runs in. */
import { isDefinitive } from "@/db/payments/failures";
import { OutcomeUnknown } from "@/db/payments/settle";
import type { DoorAnswer } from "@/lib/door";
import { type MoneyMoved, type ProblemName, problem } from "@/lib/problems";
import type { FieldError } from "@/lib/requests";
import { authenticate, type Caller } from "./viewer.ts";

/** The largest body is an order of a hundred items; nothing comes near this. */
const BODY_MAX_BYTES = 64 * 1024;
/** What a client should wait before it asks again: longer than a restart's hiccup, short for somebody who watches. */
const RETRY_AFTER_SECONDS = 2;

/** A JSON answer that no cache keeps. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

/** A problem document (RFC 9457) as an answer. */
export function problemResponse(body: { status: number }, headers: Record<string, string> = {}): Response {
  return json(body.status, body, {
    "content-type": "application/problem+json",
    "content-language": "en",
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
): Response {
  const document = problem(name, moneyMoved);
  return problemResponse({ ...document, ...(detail && { detail }), ...(errors && { errors }) }, headers);
}

/** Thrown by what a handler calls, to answer from there. */
export class Answer extends Error {
  readonly response: Response;
  constructor(response: Response) {
    super("An answer, not an error.");
    this.response = response;
  }
}

/** What went wrong, as a problem: bad luck is 503 and says "same key"; only bugs are 500. Logs it. */
export function problemOf(
  error: unknown,
): Extract<DoorAnswer, { replayed: false; retryAfterSeconds?: number }> {
  const [name, level] =
    error instanceof OutcomeUnknown
      ? (["outcome-unknown", "warn"] as const)
      : isBadLuck(error)
        ? (["unavailable", "warn"] as const)
        : (["internal-error", "error"] as const);
  console[level](`${name}:`, describe(error));
  const body = problem(name);
  return { status: body.status, body, replayed: false, retryAfterSeconds: RETRY_AFTER_SECONDS };
}

/** What went wrong, as an HTTP answer. */
function failureResponse(error: unknown): Response {
  if (error instanceof Answer) return error.response;
  const { body } = problemOf(error);
  return problemResponse(body, body.status === 503 ? { "retry-after": String(RETRY_AFTER_SECONDS) } : {});
}

/** A failure of the database or of the way to it, as opposed to one of our code. */
function isBadLuck(error: unknown): boolean {
  const fromDatabase =
    error instanceof Error &&
    ["PostgresError", "DrizzleQueryError"].includes(
      error.name === "Error" ? error.constructor.name : error.name,
    );
  const fromConnection = error instanceof Error && "code" in error && typeof error.code === "string";
  return (fromDatabase || fromConnection) && !isDefinitive(error);
}

/** An error's chain of causes without query parameters, which Drizzle puts into its message. */
function describe(error: unknown): string {
  const parts: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    parts.push(
      current.constructor.name === "DrizzleQueryError" ? "query failed" : (current.stack ?? current.message),
    );
  }
  return parts.join("\ncaused by ");
}

/** Whether a request that a browser may have made comes from our own pages. A missing Origin is not enough. */
function isSameOrigin(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin !== null) return URL.canParse(origin) && new URL(origin).host === request.headers.get("host");
  return request.headers.get("sec-fetch-site") === "same-origin";
}

/**
 * The caller of a request. Answers 401 where there is none, or where the session belongs to somebody else than the
 * user the form was opened as (X-Once-User); 403 where a cookie came from another site. Nothing is looked up before.
 */
export async function requireCaller(request: Request): Promise<Caller> {
  const caller = await authenticate(request.headers);
  const openedAs = request.headers.get("x-once-user");
  if (!caller || (openedAs !== null && openedAs !== caller.user.id)) {
    throw new Answer(fail("unauthenticated", { headers: { "www-authenticate": 'Bearer realm="once"' } }));
  }
  const writes = request.method !== "GET" && request.method !== "HEAD";
  if (caller.via === "session" && writes && !isSameOrigin(request)) throw new Answer(fail("forbidden"));
  return caller;
}

/** The body's text as JSON; undefined where it is not valid JSON. Answers 415 or 413 by itself. */
export async function readJson(request: Request): Promise<{ json: unknown } | undefined> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") throw new Answer(fail("unsupported-media-type"));
  const tooLarge = () => new Answer(fail("too-large"));
  if (Number(request.headers.get("content-length") ?? 0) > BODY_MAX_BYTES) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > BODY_MAX_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return { json: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks))) };
  } catch {
    // SyntaxError from JSON, TypeError from text that is not UTF-8: the same complaint to whoever sent it.
    return undefined;
  }
}

type Context<P> = { params: Promise<P> };

/** Runs a route handler, and turns whatever it throws into an answer. */
export function route<P = Record<string, never>>(
  handler: (request: Request, params: P) => Promise<Response>,
): (request: Request, context: Context<P>) => Promise<Response> {
  return async (request, context) => {
    try {
      return await handler(request, await context.params);
    } catch (error) {
      return failureResponse(error);
    }
  };
}
