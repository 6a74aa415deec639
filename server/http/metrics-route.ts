/**
 * Wraps the handler of the metrics, which a token of its own opens beside an operator's API key: a scraper's configuration is
 * read by many, and holds nothing that opens anything else.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { environment } from "../lifecycle/environment.ts";
import { type ApiAnswer, toResponse } from "./answer.ts";
import type { ApiRequest } from "./fast-path/api-request.ts";
import { registerHandler } from "./fast-path/handlers.ts";
import { clientAddressOf } from "./node-server/client-address.ts";
import { enforceQuota, type QuotaState, rateLimitHeaders } from "./rate-limits.ts";
import { problemOf, problemResponse } from "./responses.ts";
import { finishResponse, requestIdOf, route, thrownResponse } from "./route.ts";

const NAME = "GET /api/metrics";
const NO_PARAMS = { params: Promise.resolve({}) };

/** Whether a request carries ONCE_METRICS_TOKEN as its bearer token. Takes the same time however much of it is right. */
function hasToken({ headers }: ApiRequest): boolean {
  const token = environment().ONCE_METRICS_TOKEN;
  const sent = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token === undefined || sent === undefined) return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(sent), digest(token));
}

/** Makes the handler of the metrics: for operators as the policy says, and for whoever has the token. */
export function metricsRoute(
  name: typeof NAME,
  handler: () => Promise<ApiAnswer>,
): (request: ApiRequest, context: { params: Promise<unknown> }) => Promise<Response> {
  const forOperators = route(name, handler);
  const answer = async (request: ApiRequest): Promise<ApiAnswer> => {
    if (!hasToken(request)) return forOperators(request, NO_PARAMS);
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    const counted: QuotaState[] = [];
    let response: ApiAnswer;
    try {
      const address = clientAddressOf(request.headers);
      if (address !== undefined) await enforceQuota("address", address, counted);
      response = await handler();
    } catch (error) {
      response = thrownResponse(error) ?? problemResponse(problemOf(error, { requestId, route: name }));
    }
    for (const [header, value] of Object.entries(rateLimitHeaders(counted)))
      response.headers.set(header, value);
    return finishResponse({ request, requestId, route: name, startedMs }, response);
  };
  // In the place of the handler that route() has registered, which knows no token.
  registerHandler(name, answer);
  return async (request) => toResponse(await answer(request));
}
