/**
 * What an API path answers to the methods it has no handler for. Next.js would answer them with a bare 405,
 * without `Allow`. Which methods a path has is read from the policy, where every handler stands.
 */

import { ROUTES } from "../identity/policy.ts";
import { type ApiAnswer, toResponse } from "./answer.ts";
import type { ApiRequest } from "./fast-path/api-request.ts";
import { registerOtherMethods } from "./fast-path/handlers.ts";
import { fail } from "./responses.ts";
import { finishResponse, requestIdOf } from "./route.ts";

/** The methods that Next.js calls a route handler for. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;
type Method = (typeof METHODS)[number];

/** The path of whatever is no other path of the API. */
const NO_PATH = "/api/[[...path]]";

type Path<Name> = Name extends `${string} ${infer P}` ? Extract<P, `/api/${string}`> : never;
type ApiPath = Path<keyof typeof ROUTES> | typeof NO_PATH;

/** The methods of `path` (RFC 9110 §9.3): HEAD wherever there is GET, and OPTIONS. None where there is no such path. */
function allowedOn(path: ApiPath): string[] {
  const allowed = Object.keys(ROUTES)
    .filter((name) => name.endsWith(` ${path}`))
    .map((name) => name.slice(0, name.indexOf(" ")));
  if (allowed.length === 0) return [];
  if (allowed.includes("GET")) allowed.push("HEAD");
  return [...allowed, "OPTIONS"].sort();
}

/**
 * Handlers for the methods that `path` does not have: 405 with `Allow`, to OPTIONS 204 with the same, and 404 where there
 * is no such path. No authentication, no look-up. `npm run check` sees to it that a file exports exactly
 * those that it has no handler of its own for.
 */
export function otherMethods(path: ApiPath): Record<Method, (request: ApiRequest) => Promise<Response>> {
  const allowed = allowedOn(path);
  const allow = { allow: allowed.join(", ") };
  const handler = async (request: ApiRequest): Promise<ApiAnswer> => {
    const context = { request, requestId: requestIdOf(request), route: path, startedMs: performance.now() };
    if (allowed.length === 0)
      return finishResponse(context, fail("not-found", { detail: "The API has no such address." }));
    if (request.method === "OPTIONS")
      return finishResponse(
        context,
        new Response(null, { status: 204, headers: { ...allow, "cache-control": "no-store" } }),
      );
    return finishResponse(context, fail("method-not-allowed", { headers: allow }));
  };
  registerOtherMethods(path, handler);
  const ofRouter = async (request: ApiRequest) => toResponse(await handler(request));
  return Object.fromEntries(METHODS.map((method) => [method, ofRouter])) as Record<Method, typeof ofRouter>;
}
