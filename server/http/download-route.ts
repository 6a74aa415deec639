/** Wraps files that people download from our pages: a GET that signs them in first, where it has to. */
import type { RouteName } from "../identity/policy.ts";
import type { Viewer } from "../identity/viewer.ts";
import { problemOf } from "./responses.ts";
import { authorizeRequest, finishResponse, requestIdOf, thrownResponse } from "./route.ts";

/**
 * Makes the handler of a download. Whoever is not signed in is led to sign in, and then to `page`, where the download
 * stands; whoever may not have it, or gets none, to the page that says why.
 */
export function downloadRoute(
  name: RouteName,
  page: (request: Request) => string,
  handler: (call: { request: Request; user: Viewer }) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    let response: Response;
    try {
      const user = await authorizeRequest(name, request, []);
      if (!user) throw new Error(`Bug: the policy lets anyone use ${name}.`);
      response = await handler({ request, user });
    } catch (error) {
      response = seeOther(await placeFor(error, page(request), { requestId, route: name }));
    }
    return finishResponse({ request, requestId, route: name, startedMs }, response);
  };
}

async function placeFor(error: unknown, page: string, context: Record<string, string>): Promise<string> {
  const answer = thrownResponse(error);
  if (!answer) return problemOf(error, context).type;
  if (answer.status === 401) return `/sign-in?next=${encodeURIComponent(page)}`;
  const { type }: { type: string } = await answer.json();
  return type;
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}
