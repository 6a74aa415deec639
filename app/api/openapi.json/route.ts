import { json } from "@/server/http";
import { openApiDocument } from "@/server/openapi/document";
import { otherMethods } from "@/server/other-methods";
import { route } from "@/server/route";

/** The reference of this API, for programs. */
export const GET = route("GET /api/openapi.json", async () => json(200, openApiDocument()));

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/openapi.json");
