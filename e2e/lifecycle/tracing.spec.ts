/** Traces of the production build, Next.js's spans and ours, and a collector that goes away. */
import { startCollector } from "../../server/observability/testing.ts";
import { expect, test } from "../support/fixtures.ts";
import { withOtherServer } from "../support/other-server.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";

test("a request's trace goes on in the server, without what its address says; one that no collector takes delays nothing", async () => {
  const collector = await startCollector();
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_BSP_SCHEDULE_DELAY: "100",
  };
  await withOtherServer(variables, async (address, end) => {
    const ask = async () => {
      const headers = {
        authorization: "Bearer once_demo_alice",
        traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
      };
      const body = JSON.stringify({ purpose: { kind: "transfer", intentId: crypto.randomUUID() } });
      const answer = await fetch(`${address}/api/idempotency-keys?told=nobody`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body,
      });
      return answer.status;
    };
    expect(await ask()).toBe(201);
    const named = () => collector.spans().filter(({ traceId }) => traceId === TRACE);
    await expect.poll(() => named().map(({ name }) => name)).toContain("POST /api/idempotency-keys");
    await expect.poll(() => named().map(({ name }) => name)).toContain("once.issue");
    const [request] = named().filter(({ name }) => name === "POST /api/idempotency-keys");
    expect(request?.attributes).toMatchObject({
      "http.route": "/api/idempotency-keys",
      "http.status_code": 201,
    });
    expect(collector.bodies.map(({ body }) => body.toString()).join("")).not.toContain("told=nobody");

    await collector.close();
    expect(await ask()).toBe(201);
    // As Next.js ends on a SIGTERM: by itself, not at the limit.
    expect(await end()).toBe(143);
  });
});
