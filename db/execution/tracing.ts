/**
 * Traces (OpenTelemetry): what a request waited for. Without a tracing SDK, which start-up loads only where an endpoint is set
 * (server/observability/tracing.ts), all of this does nothing. Attributes are words of ours: never a key, a name, an amount or
 * what an error says.
 */
import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { errorCode } from "./error-code.ts";

const tracer = () => trace.getTracer("once");

/** Does `work` in a span under the current one. What it throws goes on, and marks the span by its code. */
export function traced<T>(
  name: string,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer().startActiveSpan(name, { attributes }, (span) => ended(span, () => work(span)));
}

async function ended<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute("error.type", errorCode(error) ?? (error instanceof Error ? error.name : typeof error));
    throw error;
  } finally {
    span.end();
  }
}

/** The span in which each entry of a batch was asked for. */
const askers = new WeakMap<object, Span>();

/** Notes the current span as the one that `entry` is asked for in. */
export function noteAsker(entry: object): void {
  const span = trace.getActiveSpan();
  if (span?.isRecording()) askers.set(entry, span);
}

/**
 * Does `work`, one statement for all `entries`, in a span of no request: it is linked to the spans in which its entries were asked for, and each
 * of those to it.
 */
export function tracedBatch<T>(name: string, entries: readonly object[], work: () => Promise<T>): Promise<T> {
  const spans = new Set(entries.map((entry) => askers.get(entry)).filter((span) => span !== undefined));
  const links: Link[] = [...spans].map((span) => ({ context: span.spanContext() }));
  const options = { root: true, links, attributes: { "once.batch.size": entries.length } };
  return tracer().startActiveSpan(name, options, ROOT_CONTEXT, (batch) => {
    if (batch.isRecording()) for (const span of spans) span.addLink({ context: batch.spanContext() });
    return ended(batch, work);
  });
}

/** The current trace, as lines of the log name it; nothing outside one. */
export function traceIds(): { trace_id?: string; span_id?: string } {
  const context = trace.getActiveSpan()?.spanContext();
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}
