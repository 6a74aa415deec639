import { metricsRoute } from "@/server/http/metrics-route";
import { otherMethods } from "@/server/http/other-methods";
import { metricsText } from "@/server/observability/metrics";

/** What this server counts about itself and reads from its database, for an operator's Prometheus. */
export const GET = metricsRoute("GET /api/metrics", async () => {
  const { text, contentType } = await metricsText();
  return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/metrics");
