/** Wraps a table that a person downloads from a page, and a program fetches: the file, or why there is none. */
import type { RouteName } from "../identity/policy.ts";
import type { Viewer } from "../identity/viewer.ts";
import { route } from "./route.ts";

/**
 * Makes the handler of an export. A person who gets no file is led on: to sign in, back to `pageOf` where the query is at
 * fault, which the page shows beside its fields, or to the page about the problem. A program, which came with its key, is answered
 * with the problem document.
 */
export function exportRoute<N extends RouteName>(
  name: N,
  handler: (call: { request: Request; user: Viewer; isForSpreadsheet: boolean }) => Promise<Response>,
  pageOf: (request: Request) => string,
): ReturnType<typeof route<N>> {
  const answer = route<N>(name, ({ request, user }) => {
    if (!user) throw new Error(`Bug: the policy lets anyone use ${name}.`);
    return handler({ request, user, isForSpreadsheet: !isProgram(request) });
  });
  return async (request, context) => {
    const response = await answer(request, context);
    return response.ok || isProgram(request) ? response : leadOn(response, pageOf(request));
  };
}

/** Programs come with their key. */
function isProgram(request: Request): boolean {
  return request.headers.has("authorization");
}

/** 303 to the page that says why there is no file. */
async function leadOn(response: Response, page: string): Promise<Response> {
  const { type }: { type: string } = await response.json();
  const location =
    response.status === 401
      ? `/sign-in?next=${encodeURIComponent(page)}`
      : response.status === 422
        ? page
        : type;
  const requestId = response.headers.get("x-request-id") ?? "";
  return new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", "x-request-id": requestId },
  });
}
