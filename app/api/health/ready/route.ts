import { ping } from "@/db/health";
import { json, route } from "@/server/http";

/** Whether the process can do its work: the database answers. */
export const GET = route(async () => {
  await ping();
  return json(200, { status: "ready" });
});
