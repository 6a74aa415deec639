/** Wraps a table that a person downloads from a page, and a program fetches: the file, or why there is none. */
import type { Scope } from "@/lib/identity/scopes";
import type { RouteName } from "../identity/policy.ts";
import type { Viewer } from "../identity/viewer.ts";
import type { ApiAnswer } from "./answer.ts";
import { leadOn } from "./document-route.ts";
import type { ApiRequest } from "./fast-path/api-request.ts";
import { enforceQuota } from "./rate-limits.ts";
import { route } from "./route.ts";

/**
 * Makes the handler of an export. A person who gets no file is led on: to sign in, back to `pageOf` where the query is at
 * fault, which the page shows beside its fields, or to the page about the problem. A program, which came with its key, is answered
 * with the problem document. Exports count on the quota of documents: each may read a whole history.
 */
export function exportRoute<N extends RouteName>(
  name: N,
  handler: (call: {
    request: ApiRequest;
    user: Viewer;
    scopes: readonly Scope[];
    isForSpreadsheet: boolean;
  }) => Promise<ApiAnswer>,
  pageOf: (request: ApiRequest) => string,
): ReturnType<typeof route<N>> {
  const answer = route<N>(name, async ({ request, user, scopes }) => {
    if (!user) throw new Error(`Bug: the policy lets anyone use ${name}.`);
    await enforceQuota("document", user.id, []);
    return handler({ request, user, scopes, isForSpreadsheet: !isProgram(request) });
  });
  return async (request, context) => {
    const response = await answer(request, context);
    if (response.ok || isProgram(request)) return response;
    const led = await leadOn(response, pageOf(request));
    led.headers.set("x-request-id", response.headers.get("x-request-id") ?? "");
    return led;
  };
}

/** Programs come with their key. */
function isProgram(request: ApiRequest): boolean {
  return request.headers.get("authorization") !== null;
}
