/** The frame of the plain forms that work without JavaScript: a POST that always answers with a redirect to a page. */
import { Answer, problemOf } from "./http.ts";
import { log } from "./log.ts";
import type { RouteName } from "./policy.ts";
import { admit, requestIdOf } from "./route.ts";
import type { Viewer } from "./viewer.ts";

/** A form of ours has a handful of short fields. */
const FORM_MAX_BYTES = 16 * 1024;

/** 303: the browser follows with a GET, so a reload of what it shows sends nothing again. The path is relative. */
function seeOther(path: string, requestId: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location: path, "cache-control": "no-store", "x-request-id": requestId },
  });
}

async function readForm(request: Request): Promise<URLSearchParams> {
  if (Number(request.headers.get("content-length") ?? FORM_MAX_BYTES + 1) > FORM_MAX_BYTES)
    return new URLSearchParams();
  return new URLSearchParams(await request.text());
}

/**
 * Makes the handler of a plain form. `handler` returns the path to go to. Whoever is not signed in, or is somebody else
 * than the form was opened as (field `user`), signs in first; whatever goes wrong leads to `failed`, which must offer
 * the same key again: nothing is known then.
 */
export function formRoute<P extends { orderId: string }>(
  name: RouteName,
  handler: (call: { form: URLSearchParams; params: P; user: Viewer; requestId: string }) => Promise<string>,
  failed: (call: { form: URLSearchParams; params: P }) => string,
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    const requestId = requestIdOf(request);
    const params = await context.params;
    const form = await readForm(request);
    try {
      const user = await admit(name, request, [], form.get("user"));
      if (!user) throw new Error(`Bug: the policy lets anyone use ${name}.`);
      const path = await handler({ form, params, user, requestId });
      log.info(
        { requestId, route: name, status: 303, key: form.get("idempotency_key") ?? undefined },
        "request",
      );
      return seeOther(path, requestId);
    } catch (error) {
      if (error instanceof Answer) {
        const returnTo = `/checkout/${params.orderId}`;
        if (error.response.status === 401)
          return seeOther(`/sign-in?next=${encodeURIComponent(returnTo)}`, requestId);
        // Too many requests: the page that offers the same key again says that nothing is known, which is so.
        if (error.response.status === 429) return seeOther(failed({ form, params }), requestId);
        error.response.headers.set("x-request-id", requestId);
        return error.response;
      }
      problemOf(error, { requestId, route: name });
      return seeOther(failed({ form, params }), requestId);
    }
  };
}
