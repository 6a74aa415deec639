import { ping } from "@/db/health";
import { json } from "@/server/http";
import { otherMethods } from "@/server/other-methods";
import { route } from "@/server/route";

/** Whether the process can do its work: the database answers. */
export const GET = route("GET /api/health/ready", async () => {
  await ping();
  return json(200, { status: "ready" });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/health/ready");
