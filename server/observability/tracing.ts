/**
 * Traces, by OpenTelemetry's own variables: they are on where an OTLP endpoint is set, and the SDK is not even loaded where none
 * is. Nothing waits for a collector, and no payment knows whether there is one.
 */
import { CannotStart } from "@/db/setup/cannot-start";

/** What of the environment decides; the SDK reads the rest of OpenTelemetry's variables itself. */
type Variables = Readonly<Record<string, string | undefined>>;

export type TraceProtocol = "http/protobuf" | "http/json";

/** Longer than a collector in the same network needs, short beside what a shutdown takes anyhow. */
const FLUSH_MAX_MS = 1_000;

// On globalThis, because start-up and shutdown may be bundled apart.
const slot = globalThis as typeof globalThis & { onceFlushTraces?: () => Promise<void> };

/** The protocol that traces are sent by; undefined where they are off. Throws CannotStart, in one sentence, at what we do not speak. */
export function traceProtocol(env: Variables): TraceProtocol | undefined {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint || env.OTEL_SDK_DISABLED?.toLowerCase() === "true") return undefined;
  const exporter = env.OTEL_TRACES_EXPORTER || "otlp";
  if (exporter === "none") return undefined;
  if (exporter !== "otlp")
    throw new CannotStart(`OTEL_TRACES_EXPORTER is "${exporter}": traces are sent by otlp, or by none.`);
  if (!URL.canParse(endpoint) || !/^https?:$/.test(new URL(endpoint).protocol))
    throw new CannotStart("The endpoint in OTEL_EXPORTER_OTLP_ENDPOINT is no http: or https: address.");
  const protocol =
    env.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL || "http/protobuf";
  if (protocol === "http/protobuf" || protocol === "http/json") return protocol;
  throw new CannotStart(
    `OTEL_EXPORTER_OTLP_PROTOCOL is "${protocol}": traces are sent by http/protobuf (port 4318 of most collectors) or http/json.`,
  );
}

/** Turns traces on where the environment says so. Before anything is traced. */
export async function startTracing(env: Variables = process.env): Promise<void> {
  const protocol = traceProtocol(env);
  if (protocol === undefined) return;
  const { startSdk } = await import("./tracing-sdk.ts");
  slot.onceFlushTraces = startSdk(protocol);
}

/** Sends what is traced so far, for a second at most. Never rejects. */
export async function flushTraces(): Promise<void> {
  const flush = slot.onceFlushTraces;
  if (!flush) return;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_MAX_MS);
  });
  await Promise.race([flush().catch(() => {}), limit]);
  clearTimeout(timer);
}
