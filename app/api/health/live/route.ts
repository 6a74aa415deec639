import { json } from "@/server/http";
import { route } from "@/server/route";

/** Whether the process answers at all. */
export const GET = route("GET /api/health/live", async () => json(200, { status: "live" }));
