/** Spans arrive at a real collector, with words of ours alone; and a payment knows nothing of a collector that is away. */
import { context, propagation, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { issueKey } from "@/db/idempotency/issue";
import { pay } from "@/db/payments/pay";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson, tally, transferKey, transferTo } from "@/db/testing/fixtures/people";
import { recordAndCount, verdictOf } from "../pay/payment-attempt.ts";
import { log } from "./log.ts";
import { type Collector, startCollector } from "./testing.ts";
import { flushTraces, startTracing, traceProtocol } from "./tracing.ts";

const test = testDatabase();
let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint);
  vi.stubEnv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json");
  vi.stubEnv("OTEL_SERVICE_NAME", "once-of-the-tests");
  await startTracing();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await collector.close();
});

/** As Next.js does for a request with this header. */
function asRequest<T>(traceparent: string, work: () => Promise<T>): Promise<T> {
  const caller = propagation.extract(ROOT_CONTEXT, { traceparent });
  return context.with(caller, () =>
    trace.getTracer("next.js").startActiveSpan("POST /api/payments", async (span) => {
      span.setAttributes({
        "http.route": "/api/payments",
        "http.target": "/api/payments?idempotency_key=secret",
      });
      span.recordException(new Error("ann@once.test owes 12.50"));
      span.setStatus({ code: 2, message: "ann@once.test" });
      try {
        return await work();
      } finally {
        span.end();
      }
    }),
  );
}

const CALLERS_TRACE = ["0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319d"] as const;

it("a payment's trace goes on where its client's began, and is linked to the batches it went in, and they to it", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const keys = [await transferKey(payer), await transferKey(payer)];
  const payOnce = (n: 0 | 1) =>
    asRequest(`00-${CALLERS_TRACE[n]}-b7ad6b7169203331-01`, () => {
      const key = keys[n] ?? "";
      return recordAndCount(
        { userId: payer.id, key, channel: "api" },
        () => pay(payer.id, key, transferTo(payee, n === 0 ? "7" : "7000")),
        verdictOf,
      );
    });
  const results = await Promise.all([payOnce(0), payOnce(1)]);
  expect(tally(results)).toEqual({ paid: 1, declined: 1 });
  await flushTraces();

  const spans = collector.spans();
  for (const [n, verdict] of [
    [0, "paid"],
    [1, "declined"],
  ] as const) {
    const mine = spans.filter(({ traceId }) => traceId === CALLERS_TRACE[n]);
    const named = (name: string) => mine.find((span) => span.name === name);
    expect(mine.map(({ name }) => name).sort()).toEqual([
      "POST /api/payments",
      "once.pay",
      "once.resolve",
      "once.settle",
    ]);
    expect(named("POST /api/payments")?.parentSpanId).toBe("b7ad6b7169203331");
    expect(named("once.pay")?.attributes).toEqual({ "once.channel": "api", "once.verdict": verdict });
    expect(named("once.settle")?.attributes).toEqual({ "once.kind": "transfer", "once.verdict": "settled" });
    for (const [step, batchName] of [
      ["once.resolve", "once.resolve batch"],
      ["once.settle", "once.settle batch"],
    ] as const) {
      const asked = named(step);
      const batch = spans.find(
        ({ name, spanId }) => name === batchName && spanId === asked?.links[0]?.spanId,
      );
      expect(batch?.parentSpanId ?? "").toBe("");
      expect(batch?.links.map(({ spanId }) => spanId)).toContain(asked?.spanId);
      expect(batch?.attributes["once.batch.size"]).toBe(2);
    }
  }
  expect(spans[0]?.resource).toMatchObject({
    "service.name": "once-of-the-tests",
    "service.version": "0.1.0",
  });
});

it("issuing a key says for what kind and with what answer", async () => {
  const payer = await newPerson(test.owner, 0n);
  const intentId = crypto.randomUUID();
  await issueKey(payer.id, { kind: "transfer", intentId });
  await issueKey(payer.id, { kind: "transfer", intentId });
  await flushTraces();
  const issued = collector.spans().filter(({ name }) => name === "once.issue");
  expect(issued.slice(-2).map(({ attributes }) => attributes)).toEqual([
    { "once.kind": "transfer", "once.verdict": "created" },
    { "once.kind": "transfer", "once.verdict": "found" },
  ]);
});

it("no key, person, amount, query or error's words leave the server", async () => {
  await flushTraces();
  const sent = collector.bodies.map(({ body }) => body.toString()).join("\n");
  expect(sent).toContain("/api/payments");
  for (const word of ["secret", "ann@once.test", "12.50", "http.target", '"7000"', "idempotency_key"])
    expect(sent).not.toContain(word);
  const people = await test.owner<{ id: string; handle: string }[]>`select id, handle from users`;
  const payments = await test.owner<{ id: string }[]>`select id from payments`;
  for (const { id } of [...people, ...payments]) expect(sent).not.toContain(id);
  for (const { handle } of people) expect(sent).not.toContain(`"${handle}"`);
});

it("a line of the log names its trace", async () => {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  const stream = (log as unknown as Record<symbol, { write(line: string): void }>)[pinoStream()];
  const written = stream && vi.spyOn(stream, "write").mockImplementation((line) => void lines.push(line));
  await asRequest(`00-${CALLERS_TRACE[0]}-b7ad6b7169203331-01`, async () => log.info("within"));
  log.info("outside");
  written?.mockRestore();
  write.mockRestore();
  const [within, outside] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(within).toMatchObject({ msg: "within", trace_id: CALLERS_TRACE[0] });
  expect(within?.span_id).toMatch(/^[0-9a-f]{16}$/);
  expect(outside).not.toHaveProperty("trace_id");
});

function pinoStream(): symbol {
  const symbol = Object.getOwnPropertySymbols(log).find((one) => one.description === "pino.stream");
  if (!symbol) throw new Error("pino keeps its stream elsewhere.");
  return symbol;
}

it("a collector that is gone costs no payment, and ending does not wait for it", async () => {
  await collector.close();
  const warn = vi.spyOn(log, "warn").mockImplementation(() => {});
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const key = await transferKey(payer);
  expect(await pay(payer.id, key, transferTo(payee, "1"))).toMatchObject({
    type: "settled",
    replayed: false,
  });
  const startedMs = performance.now();
  await flushTraces();
  // It is given a second; the exporter itself would try for ten.
  expect(performance.now() - startedMs).toBeLessThan(9_000);
  expect(await pay(payer.id, key, transferTo(payee, "1"))).toMatchObject({ type: "settled", replayed: true });
  warn.mockRestore();
});

it.each([
  [{}, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318" }, "http/protobuf"],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://c:4318/v1/traces" }, "http/protobuf"],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_SDK_DISABLED: "true" }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_TRACES_EXPORTER: "none" }, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4318", OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" }, "http/json"],
] as const)("%j turns traces on by %s", (env, protocol) => {
  expect(traceProtocol(env)).toBe(protocol);
});

it.each([
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://c:4317", OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
    /"grpc": traces are sent by/,
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "c:4318" }, /no http: or https: address/],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://c", OTEL_TRACES_EXPORTER: "zipkin" }, /"zipkin"/],
] as const)("%j ends start-up, with one sentence", (env, sentence) => {
  expect(() => traceProtocol(env)).toThrow(sentence);
});
