/** Wraps what a person downloads from a page: a file, or on to the page that says why there is none. */
import type { Scope } from "@/lib/identity/scopes";
import type { RouteName } from "../identity/policy.ts";
import type { Viewer } from "../identity/viewer.ts";
import { type ApiAnswer, problemIn, toResponse } from "./answer.ts";
import { LENGTH_HEADER } from "./node-server/content-length.ts";
import { enforceQuota, type LimitName } from "./rate-limits.ts";
import { fail, problemOf, problemResponse } from "./responses.ts";
import { authorizeRequest, finishResponse, requestIdOf, thrownResponse } from "./route.ts";

export type DocumentFile = { filename: string; contentType: string; content: Buffer };

/** A file to be saved. No cache keeps it: it is for whoever asked. Its name is ours, and plain. */
function download({ filename, contentType, content }: DocumentFile): Response {
  return new Response(new Uint8Array(content), {
    headers: {
      "content-type": contentType,
      "content-disposition": `attachment; filename="${filename}"`,
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      [LENGTH_HEADER]: String(content.length),
    },
  });
}

/**
 * Makes the handler of a document. `makeDocument` returns undefined where there is none for this user. A person is then led to
 * `pageOf`, which says that there is nothing, and signs in first where nobody is signed in; what else is refused leads to the page
 * about the problem. A program, which came with its key, is answered with the problem document. Requests count on `quota` as well.
 */
export function documentRoute<P extends Record<string, string>>(
  name: RouteName,
  quota: LimitName,
  makeDocument: (call: {
    params: P;
    user: Viewer;
    scopes: readonly Scope[];
  }) => Promise<DocumentFile | undefined>,
  pageOf: (params: P) => string,
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    const startedMs = performance.now();
    const requestId = requestIdOf(request);
    const params = await context.params;
    let response: ApiAnswer;
    try {
      const caller = await authorizeRequest(name, request, []);
      if (!caller) throw new Error(`Bug: the policy lets anyone use ${name}.`);
      const { user, scopes } = caller;
      await enforceQuota(quota, user.id, []);
      const file = await makeDocument({ params, user, scopes });
      response = file ? download(file) : fail("not-found", { moneyMoved: "unknown" });
    } catch (error) {
      response = thrownResponse(error) ?? problemResponse(problemOf(error, { requestId, route: name }));
    }
    if (response.status !== 200 && !request.headers.has("authorization"))
      response = await leadOn(response, pageOf(params));
    return toResponse(finishResponse({ request, requestId, route: name, startedMs }, response));
  };
}

/** Leads a person who got no file on: to sign in, to the `page` that says what is wrong, or to that about the problem. */
export async function leadOn(answer: ApiAnswer, page: string): Promise<Response> {
  const { type } = await problemIn(answer);
  const isOfPage = answer.status === 404 || answer.status === 422;
  const location =
    answer.status === 401 ? `/sign-in?next=${encodeURIComponent(page)}` : isOfPage ? page : type;
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}
