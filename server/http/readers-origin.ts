/** Our own origin, for links that people copy, scan and paste. */
import { headers } from "next/headers";
import { environment } from "../lifecycle/environment.ts";

/** As it is set, else as the reader reached us. A host that is no host is not repeated. */
export async function readersOrigin(): Promise<string> {
  const { ONCE_URL } = environment();
  if (ONCE_URL !== undefined) return new URL(ONCE_URL).origin;
  const received = await headers();
  const host = received.get("host") ?? "";
  const isHost = /^[a-z0-9.-]+(:\d{1,5})?$/i.test(host);
  const scheme = received.get("x-forwarded-proto") === "https" ? "https" : "http";
  return isHost ? `${scheme}://${host}` : "http://localhost:3000";
}
