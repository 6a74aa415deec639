import { otherMethods } from "@/server/http/other-methods";
import { json } from "@/server/http/responses";
import { route } from "@/server/http/route";
import { openApiDocument } from "@/server/openapi/document";

/** The reference of this API, for programs. */
export const GET = route("GET /api/openapi.json", async () => json(200, openApiDocument()));

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/openapi.json");
