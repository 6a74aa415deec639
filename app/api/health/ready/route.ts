import { otherMethods } from "@/server/http/other-methods";
import { fail, json } from "@/server/http/responses";
import { route } from "@/server/http/route";
import { whyNotReady } from "@/server/lifecycle/readiness";

/** Whether the process can do its work: it is not shutting down, and the database settles payments. */
export const GET = route("GET /api/health/ready", async () => {
  const why = await whyNotReady();
  switch (why) {
    case undefined:
      return json(200, { status: "ready" });
    case "shutting-down":
      return fail("unavailable", { detail: "This server was told to end. Others may be there." });
    default:
      return fail("unavailable", { detail: `Not ready: ${why}.` });
  }
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/health/ready");
