import { json, route } from "@/server/http";

/** Whether the process answers at all. */
export const GET = route(async () => json(200, { status: "live" }));
