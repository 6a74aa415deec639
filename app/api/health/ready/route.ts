import { ping } from "@/db/health";
import { json } from "@/server/http";
import { route } from "@/server/route";

/** Whether the process can do its work: the database answers. */
export const GET = route("GET /api/health/ready", async () => {
  await ping();
  return json(200, { status: "ready" });
});
