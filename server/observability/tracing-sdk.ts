/** OpenTelemetry's SDK, set up. Loaded only where traces are on. */
import { randomUUID } from "node:crypto";
import { OTLPTraceExporter as JsonExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { OTLPTraceExporter as ProtobufExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import packageJson from "@/package.json";
import { OnlyOurWords } from "./exported-spans.ts";
import type { TraceProtocol } from "./tracing.ts";

/**
 * Registers the SDK, by which Next.js and we then make spans, a `traceparent` that a client sends is continued, and spans
 * are sent in batches. Returns what sends at once whatever waits.
 */
export function startSdk(protocol: TraceProtocol): () => Promise<void> {
  const ours = resourceFromAttributes({
    "service.name": packageJson.name,
    "service.version": packageJson.version,
    "service.instance.id": randomUUID(),
  });
  const exporter = protocol === "http/json" ? new JsonExporter() : new ProtobufExporter();
  const provider = new NodeTracerProvider({
    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before.
    resource: ours.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OnlyOurWords(exporter))],
  });
  provider.register();
  return () => provider.forceFlush();
}
