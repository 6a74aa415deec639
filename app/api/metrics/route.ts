import { metricsText } from "@/server/metrics";
import { otherMethods } from "@/server/other-methods";
import { route } from "@/server/route";

/** What this server counts about itself, for an operator's Prometheus. */
export const GET = route("GET /api/metrics", async () => {
  const { text, contentType } = await metricsText();
  return new Response(text, { headers: { "content-type": contentType, "cache-control": "no-store" } });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/metrics");
