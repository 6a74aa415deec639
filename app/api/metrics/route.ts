import { metricsRoute } from "@/server/http/metrics-route";
import { otherMethods } from "@/server/http/other-methods";
import { textAnswer } from "@/server/http/responses";
import { metricsText } from "@/server/observability/metrics";

/** What this server counts about itself and reads from its database, for an operator's Prometheus. */
export const GET = metricsRoute("GET /api/metrics", async () => {
  const { text, contentType } = await metricsText();
  return textAnswer(200, text, { "content-type": contentType });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/metrics");
