import { ping } from "@/db/execution/health";
import { otherMethods } from "@/server/http/other-methods";
import { fail, json } from "@/server/http/responses";
import { route } from "@/server/http/route";
import { isShuttingDown } from "@/server/lifecycle/graceful-shutdown";

/** Whether the process can do its work: it is not shutting down, and the database answers. */
export const GET = route("GET /api/health/ready", async () => {
  if (isShuttingDown())
    return fail("unavailable", { detail: "This server was told to end. Others may be there." });
  await ping();
  return json(200, { status: "ready" });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/health/ready");
