import type { MetadataRoute } from "next";
import { disallowedPaths } from "@/server/http/well-known/robots";

/** Not a file: whether this is a demo is known where the server starts, not where it is built. */
export const dynamic = "force-dynamic";

export default function robots(): MetadataRoute.Robots {
  return { rules: { userAgent: "*", disallow: disallowedPaths() } };
}
