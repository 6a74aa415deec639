/** Wraps every route handler: authorization, then the handler, then a problem document for whatever was thrown. */
import { randomUUID } from "node:crypto";
import { noteUse } from "@/db/identity/api-key-last-used";
import type { SecurityRefusal } from "@/db/security/kinds";
import type { Scope } from "@/lib/identity/scopes";
import { isAllowed, isRateLimited, policyOf, type ROUTES, type RouteName } from "../identity/policy.ts";
import { authenticate, type Caller, type Viewer } from "../identity/viewer.ts";
import { log } from "../observability/log.ts";
import { countRequest } from "../observability/metrics.ts";
import { noteRefusal } from "../observability/security.ts";
import { type ApiAnswer, isAnswer, toResponse } from "./answer.ts";
import type { ApiRequest } from "./fast-path/api-request.ts";
import { registerHandler } from "./fast-path/handlers.ts";
import { clientAddressOf, shownAddressOf } from "./node-server/client-address.ts";
import { enforceQuota, type LimitName, type QuotaState, rateLimitHeaders } from "./rate-limits.ts";
import { readKey } from "./request/key-header.ts";
import { isSameOrigin } from "./request/origin.ts";
import { fail, HttpError, problemOf, problemResponse } from "./responses.ts";

type Level<N extends RouteName> = (typeof ROUTES)[N]["level"];

/** The parameters in a route's path: `{ id: string }` for "/orders/[id]". */
type Params<N extends string> = N extends `${string}[${infer Name}]${infer Rest}`
  ? { [K in Name]: string } & Params<Rest>
  : unknown;

type Call<N extends RouteName> = {
  request: ApiRequest;
  params: Params<N>;
  /** The caller, where the policy demands one. */
  user: Level<N> extends "anyone" ? undefined : Viewer;
  /** What the caller may do: of an API key its scopes, of a session all. */
  scopes: readonly Scope[];
  requestId: string;
};

/** Who sent a request, and what was read for its handler in the same statement. */
export type FoundTogether<Found> = { caller: Caller | undefined; found: Found };

/** A request id that a client may set: it goes into headers and logs, so it is short and plain. */
const REQUEST_ID = /^[\w.-]{1,64}$/;

/** What is known of a request while it is answered: its id, and who sent it, once that is known. */
const known = new WeakMap<ApiRequest, { requestId: string; userId?: string }>();

function aboutOf(request: ApiRequest): { requestId: string; userId?: string } {
  const found = known.get(request);
  if (found) return found;
  const sent = request.headers.get("x-request-id");
  const about = { requestId: sent !== null && REQUEST_ID.test(sent) ? sent : randomUUID() };
  known.set(request, about);
  return about;
}

/** The id of a request in headers and logs: the client's own, where it sent a plain one; the same however often it is asked for. */
export function requestIdOf(request: ApiRequest): string {
  return aboutOf(request).requestId;
}

/** Tells of a refusal of the route called `name`, with whoever sent the request, where that is known. */
function note(kind: SecurityRefusal, name: RouteName, request: ApiRequest): void {
  noteRefusal(kind, request.headers, { ...aboutOf(request), detail: name });
}

/** The statuses of what is refused to somebody: their lines in the log say to whom, and where from. */
const REFUSED_STATUSES: ReadonlySet<number> = new Set([401, 403, 429]);

/** Who was refused, as a line of the log says it; nothing where the answer is another. */
export function refusedOf(request: ApiRequest, status: number): { user?: string; address?: string } {
  if (!REFUSED_STATUSES.has(status)) return {};
  const { userId } = aboutOf(request);
  return { ...(userId !== undefined && { user: userId }), address: shownAddressOf(request.headers) };
}

/**
 * Authenticates and authorizes a request to `name`. Throws 429 where the quota of the address or of the caller is used up
 * (quotas are added to `counted`); 401 without a caller, or where the session is not of the user the form was opened as
 * (X-Once-User, or a form's own field); 403 for a cookie from another site, a role that is not enough, or an API key
 * without the route's scope, or any on a route for sessions alone. No idempotency key is looked up before; `who` finds the
 * caller, and what it has found besides is used by nobody who is refused here.
 */
export async function authorizeRequest(
  name: RouteName,
  request: ApiRequest,
  counted: QuotaState[],
  openedAs: string | null = request.headers.get("x-once-user"),
  who: () => Promise<Caller | undefined> = () => authenticate(request.headers),
): Promise<Caller | undefined> {
  const quota = async (limit: LimitName, subject: string) => {
    try {
      await enforceQuota(limit, subject, counted);
    } catch (error) {
      note("rate-limited", name, request);
      throw error;
    }
  };
  const address = isRateLimited(name) ? clientAddressOf(request.headers) : undefined;
  if (address !== undefined) await quota("address", address);
  const policy = policyOf(name);
  if (policy.level === "anyone") return undefined;
  const caller = await who();
  if (!caller && request.headers.get("authorization") !== null) note("api-key-refused", name, request);
  if (!caller || (openedAs !== null && openedAs !== caller.user.id))
    throw new HttpError(fail("unauthenticated"));
  aboutOf(request).userId = caller.user.id;
  await quota("identity", caller.user.id);
  const writes = request.method !== "GET" && request.method !== "HEAD";
  if (caller.via === "session" && writes && !isSameOrigin(request.headers)) {
    note("origin-refused", name, request);
    throw new HttpError(
      fail("forbidden", {
        detail: "The request does not come from our own pages. The key was not looked up.",
      }),
    );
  }
  if (!isAllowed(policy.level, caller.user.role)) {
    note("role-refused", name, request);
    throw new HttpError(fail("forbidden"));
  }
  if (policy.scope === null ? caller.via === "api-key" : !caller.scopes.includes(policy.scope)) {
    note("scope-refused", name, request);
    const lacks =
      policy.scope === null
        ? "This is a form for people: it takes no API key."
        : `The API key lacks the scope "${policy.scope}".`;
    const detail = `${lacks} The idempotency key was not looked up.`;
    throw new HttpError(fail("forbidden", { detail }));
  }
  // Not of a GET or HEAD, which never leave anything in a table.
  if (caller.via === "api-key" && writes) noteUse(caller.apiKeyId);
  return caller;
}

/** The response of an HttpError. Known by its member: the class may have a copy in another bundle. */
export function thrownResponse(thrown: unknown): ApiAnswer | undefined {
  const response: unknown = thrown instanceof Error && "response" in thrown ? thrown.response : undefined;
  return isAnswer(response) ? response : undefined;
}

/** Adds the request id, counts the response in the metrics, and logs it. */
export function finishResponse(
  context: { request: ApiRequest; requestId: string; route: string; startedMs: number },
  response: ApiAnswer,
): ApiAnswer {
  const { request, requestId, route, startedMs } = context;
  response.headers.set("x-request-id", requestId);
  const reading = readKey(request);
  const key = reading.type === "key" ? reading.key : undefined;
  const elapsedMs = performance.now() - startedMs;
  countRequest(route, response.status, elapsedMs / 1_000);
  const durationMs = Math.round(elapsedMs);
  const { status } = response;
  const line = { requestId, method: request.method, route, status, key, durationMs };
  log.info({ ...line, ...refusedOf(request, status) }, "request");
  return response;
}

/**
 * Makes the route handler called `name`, which the policy must know: what Next.js's router calls, and, of a path of the API,
 * what the fast path calls (server/http/fast-path). `findTogether` may find the caller and what the handler reads first in one
 * statement; undefined where it cannot.
 */
export function route<N extends RouteName, Found = never>(
  name: N,
  handler: (call: Call<N> & { found: Found | undefined }) => Promise<ApiAnswer>,
  findTogether?: (request: ApiRequest, params: Params<N>) => Promise<FoundTogether<Found>> | undefined,
): (request: ApiRequest, context: { params: Promise<Params<N>> }) => Promise<Response> {
  const answer = async (request: ApiRequest, params: Params<N>): Promise<ApiAnswer> => {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    const counted: QuotaState[] = [];
    let response: ApiAnswer;
    let found: Found | undefined;
    const who = async () => {
      const together = await findTogether?.(request, params);
      found = together?.found;
      return together === undefined ? authenticate(request.headers) : together.caller;
    };
    try {
      const caller = await authorizeRequest(name, request, counted, undefined, who);
      const user = caller?.user as Call<N>["user"];
      const scopes = caller?.scopes ?? [];
      response = await handler({ request, params, user, scopes, requestId, found });
    } catch (error) {
      response = thrownResponse(error) ?? problemResponse(problemOf(error, { requestId, route: name }));
    }
    for (const [header, value] of Object.entries(rateLimitHeaders(counted)))
      response.headers.set(header, value);
    return finishResponse({ request, requestId, route: name, startedMs }, response);
  };
  registerHandler(name, (request, params) => answer(request, params as Params<N>));
  return async (request, context) => toResponse(await answer(request, await context.params));
}
