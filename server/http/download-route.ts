/** Wraps lists that people download from our pages as files, which are sent as they are read. */
import type { RouteName } from "../identity/policy.ts";
import type { Viewer } from "../identity/viewer.ts";
import { leadOn } from "./document-route.ts";
import { problemOf, problemResponse } from "./responses.ts";
import { authorizeRequest, finishResponse, requestIdOf, thrownResponse } from "./route.ts";

/**
 * Makes the handler of a download. A person who gets none signs in first, and is led back to `pageOf`, where the download
 * stands; or to the page that says why not. A program, which came with its key, is answered with the problem document.
 */
export function downloadRoute(
  name: RouteName,
  pageOf: (request: Request) => string,
  makeFile: (call: { request: Request; user: Viewer }) => Promise<Response>,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    let response: Response;
    try {
      const user = await authorizeRequest(name, request, []);
      if (!user) throw new Error(`Bug: the policy lets anyone use ${name}.`);
      response = await makeFile({ request, user });
    } catch (error) {
      response = thrownResponse(error) ?? problemResponse(problemOf(error, { requestId, route: name }));
    }
    if (response.status !== 200 && !request.headers.has("authorization"))
      response = await leadOn(response, pageOf(request));
    return finishResponse({ request, requestId, route: name, startedMs }, response);
  };
}
