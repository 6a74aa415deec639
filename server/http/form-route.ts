/** Wraps the plain forms that work without JavaScript: a POST that always redirects to a page (Post/Redirect/Get). */
import { safeReturnPath } from "@/lib/return-path";
import type { RouteName } from "../identity/policy.ts";
import type { Viewer } from "../identity/viewer.ts";
import { log } from "../observability/log.ts";
import { type ApiAnswer, problemIn, toResponse } from "./answer.ts";
import { readBody } from "./request/body.ts";
import { flashHeader } from "./request/flash-cookie.ts";
import { fail, HttpError, problemOf } from "./responses.ts";
import { authorizeRequest, refusedOf, requestIdOf, thrownResponse } from "./route.ts";

/** A form of ours has a handful of short fields. */
const FORM_MAX_BYTES = 16 * 1024;
const FORM_TYPE = "application/x-www-form-urlencoded";

/**
 * 303: the browser follows with a GET, so a reload of what it shows sends nothing again. The path is relative; what it claims was
 * done for `userId` is backed.
 */
function seeOther(path: string, requestId: string, userId?: string): Response {
  const headers = new Headers({
    location: safeReturnPath(path),
    "cache-control": "no-store",
    "x-request-id": requestId,
  });
  const flash = userId === undefined ? undefined : flashHeader(path, userId);
  if (flash !== undefined) headers.set("set-cookie", flash);
  return new Response(null, { status: 303, headers });
}

/** The fields of a form. Throws 415 or 413; a request without a body is a form without fields. */
async function readForm(request: Request): Promise<URLSearchParams> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? FORM_TYPE;
  if (mediaType !== FORM_TYPE) throw new HttpError(fail("unsupported-media-type"));
  const body = await readBody(request, FORM_MAX_BYTES);
  if (body === undefined) throw new HttpError(fail("too-large"));
  return new URLSearchParams(body.toString());
}

/**
 * Makes the handler of a plain form. `handler` returns the path to go to. Whoever is not signed in, or is somebody else
 * than the form was opened as (field `user`, without which no session's form does anything), signs in first; a request that is refused leads a person to the page that
 * says why, and answers a program; whatever goes wrong leads to `failed`, and so does signing in: it must offer the same key
 * again, to whoever opened the form, since nothing is known then.
 */
export function formRoute<P extends Record<string, string>>(
  name: RouteName,
  handler: (call: { form: URLSearchParams; params: P; user: Viewer; requestId: string }) => Promise<string>,
  failed: (call: { form: URLSearchParams; params: P }) => string,
): (request: Request, context: { params: Promise<P> }) => Promise<Response> {
  return async (request, context) => {
    const requestId = requestIdOf(request);
    const params = await context.params;
    let form = new URLSearchParams();
    try {
      form = await readForm(request);
      const openedAs = form.get("user");
      const user = (await authorizeRequest(name, request, [], openedAs))?.user;
      // A program with its key has opened no form; a session's form says who it was opened as.
      if (openedAs === null && !request.headers.has("authorization"))
        throw new HttpError(fail("unauthenticated"));
      if (!user) throw new Error(`Bug: the policy lets anyone use ${name}.`);
      const path = await handler({ form, params, user, requestId });
      log.info(
        { requestId, route: name, status: 303, key: form.get("idempotency_key") ?? undefined },
        "request",
      );
      return seeOther(path, requestId, user.id);
    } catch (error) {
      const answer = thrownResponse(error);
      if (!answer) problemOf(error, { requestId, route: name });
      else
        log.info(
          { requestId, route: name, status: answer.status, ...refusedOf(request, answer.status) },
          "request",
        );
      // Too many requests: the page that offers the same key again says that nothing is known, which is so.
      if (!answer || answer.status === 429)
        return seeOther(failed({ form, params }), requestId, form.get("user") ?? undefined);
      if (answer.status === 401) {
        return seeOther(`/sign-in?next=${encodeURIComponent(failed({ form, params }))}`, requestId);
      }
      return refused(request, answer, requestId);
    }
  };
}

/** A refusal: to a person, the page about it; to a program, which has come with its key, the problem document itself. */
async function refused(request: Request, answer: ApiAnswer, requestId: string): Promise<Response> {
  if (request.headers.has("authorization")) {
    answer.headers.set("x-request-id", requestId);
    return toResponse(answer);
  }
  const { type } = await problemIn(answer);
  return seeOther(type, requestId);
}
