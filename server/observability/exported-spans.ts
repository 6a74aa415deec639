/**
 * What leaves of a span: attributes that are known to be words of a program. Next.js and libraries note addresses with their
 * queries, and errors with what they say; among those are tokens, keys and names.
 */
import { type Attributes, type AttributeValue, SpanStatusCode } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-node";
import { log } from "./log.ts";
import { countLostSpans } from "./metrics.ts";

/** Patterns of routes, methods, status codes, names of classes and codes. */
const EXPORTED = new Set([
  "http.method",
  "http.request.method",
  "http.route",
  "http.status_code",
  "http.response.status_code",
  "next.route",
  "next.rsc",
  "next.span_type",
  "error.type",
  "exception.type",
  "db.operation.name",
  "db.collection.name",
  "better_auth.operation_id",
  "better_auth.hook.type",
]);
const OURS = /^once\./;

function cleaned(attributes: Attributes = {}): Attributes {
  const kept = Object.entries(attributes).filter(([name]) => EXPORTED.has(name) || OURS.test(name));
  return Object.fromEntries(kept as [string, AttributeValue][]);
}

/** Names hold patterns of routes, except where Next.js names a request of ours to another server. */
function nameOf(name: string): string {
  return /^fetch /.test(name) ? name.split(" ").slice(0, 2).join(" ") : (name.split("?", 1)[0] ?? name);
}

function exported(span: ReadableSpan): ReadableSpan {
  return {
    name: nameOf(span.name),
    kind: span.kind,
    spanContext: () => span.spanContext(),
    ...(span.parentSpanContext && { parentSpanContext: span.parentSpanContext }),
    startTime: span.startTime,
    endTime: span.endTime,
    status: { code: span.status.code ?? SpanStatusCode.UNSET },
    attributes: cleaned(span.attributes),
    links: span.links.map(({ context }) => ({ context })),
    events: span.events.map(({ name, time, attributes }) => ({
      name,
      time,
      attributes: cleaned(attributes),
    })),
    duration: span.duration,
    ended: span.ended,
    resource: span.resource,
    instrumentationScope: span.instrumentationScope,
    droppedAttributesCount: span.droppedAttributesCount,
    droppedEventsCount: span.droppedEventsCount,
    droppedLinksCount: span.droppedLinksCount,
  };
}

/** Passes spans on without what may name anybody, and tells the log, once, when they cannot be delivered and when they can again. */
export class OnlyOurWords implements SpanExporter {
  readonly #exporter: SpanExporter;
  #isFailing = false;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter["export"]>[1]): void {
    this.#exporter.export(spans.map(exported), (result) => {
      // 0: delivered.
      const hasFailed = result.code !== 0;
      if (hasFailed) countLostSpans(spans.length);
      if (hasFailed && !this.#isFailing)
        log.warn(
          { error: result.error?.message },
          "Traces cannot be delivered; payments know nothing of it.",
        );
      if (!hasFailed && this.#isFailing) log.info("Traces are delivered again.");
      this.#isFailing = hasFailed;
      done(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
