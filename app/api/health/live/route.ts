import { json } from "@/server/http";
import { otherMethods } from "@/server/other-methods";
import { route } from "@/server/route";

/** Whether the process answers at all. */
export const GET = route("GET /api/health/live", async () => json(200, { status: "live" }));

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/health/live");
