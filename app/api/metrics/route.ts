import { otherMethods } from "@/server/http/other-methods";
import { textAnswer } from "@/server/http/responses";
import { route } from "@/server/http/route";
import { metricsText } from "@/server/observability/metrics";

/** What this server counts about itself, for an operator's Prometheus. */
export const GET = route("GET /api/metrics", async () => {
  const { text, contentType } = await metricsText();
  return textAnswer(200, text, { "content-type": contentType });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/metrics");
