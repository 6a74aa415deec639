/** The span of a request that does not come by Next.js's router, which would make one: of the same name, with the same words. */
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

type Traced = { readonly method: string; readonly headers: Pick<Headers, "get"> };

const FROM_HEADERS = {
  get: (headers: Traced["headers"], name: string) => headers.get(name) ?? undefined,
  keys: () => [],
};

/**
 * Answers a request to `path`, a route's pattern, in a span that goes on with the trace its `traceparent` names. Does nothing
 * beside where traces are off.
 */
export function tracedRequest<Answer extends { status: number }>(
  { method, headers }: Traced,
  path: string,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  const parent = propagation.extract(ROOT_CONTEXT, headers, FROM_HEADERS);
  const attributes = { "http.method": method, "http.route": path };
  const span = trace
    .getTracer("once")
    .startSpan(`${method} ${path}`, { kind: SpanKind.SERVER, attributes }, parent);
  return context.with(trace.setSpan(parent, span), async () => {
    try {
      const response = await answer();
      span.setAttribute("http.status_code", response.status);
      if (response.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      return response;
    } finally {
      span.end();
    }
  });
}
