/** Our own origin, for links that people copy, scan and paste. */
import { headers } from "next/headers";
import { requestedOrigin } from "./request/origin.ts";

/** As it is set, else as the reader reached us. A host that is no host is not repeated. */
export async function readersOrigin(): Promise<string> {
  const received = await headers();
  const scheme = received.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https" ? "https" : "http";
  return requestedOrigin(received, scheme) ?? "http://localhost:3000";
}
