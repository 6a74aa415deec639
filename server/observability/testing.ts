/** An OTLP/HTTP collector on this machine, as far as a test needs one: it keeps what it is sent. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as OTLP's JSON has it, with its attributes as an object. */
type ReceivedSpan = {
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  attributes: Record<string, unknown>;
  links: { traceId: string; spanId: string }[];
  status: { code?: number; message?: string };
  resource: Record<string, unknown>;
};

type OtlpValue = { stringValue?: string; intValue?: number | string; boolValue?: boolean };
type OtlpAttributes = { key: string; value: OtlpValue }[];
type OtlpSpan = Omit<ReceivedSpan, "attributes" | "resource"> & { attributes?: OtlpAttributes };
type OtlpTraces = {
  resourceSpans: {
    resource: { attributes: OtlpAttributes };
    scopeSpans: { spans: OtlpSpan[] }[];
  }[];
};

const objectOf = (attributes: OtlpAttributes = []) =>
  Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        (value.intValue === undefined ? undefined : Number(value.intValue)),
    ]),
  );

export type Collector = {
  endpoint: string;
  /** The bodies as they came, whatever their protocol, and their content types. */
  bodies: { contentType: string | undefined; path: string | undefined; body: Buffer }[];
  /** All spans of JSON bodies so far. */
  spans(): ReceivedSpan[];
  close(): Promise<void>;
};

export async function startCollector(): Promise<Collector> {
  const bodies: Collector["bodies"] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const contentType = request.headers["content-type"];
      bodies.push({ contentType, path: request.url, body: Buffer.concat(chunks) });
      response.writeHead(200, { "content-type": contentType ?? "application/json" }).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bodies,
    spans: () =>
      bodies
        .filter(({ contentType }) => contentType?.startsWith("application/json"))
        .flatMap(({ body }) => (JSON.parse(body.toString()) as OtlpTraces).resourceSpans)
        .flatMap(({ resource, scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) =>
            spans.map((span) => ({
              ...span,
              links: span.links ?? [],
              attributes: objectOf(span.attributes),
              resource: objectOf(resource.attributes),
            })),
          ),
        ),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
