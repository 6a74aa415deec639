import { otherMethods } from "@/server/http/other-methods";
import { json } from "@/server/http/responses";
import { route } from "@/server/http/route";

/** Whether the process answers at all. */
export const GET = route("GET /api/health/live", async () => json(200, { status: "live" }));

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/health/live");
