import { route } from "@/server/http/route";
import { securityTxt } from "@/server/http/well-known/security-txt";
import { environment } from "@/server/lifecycle/environment";

/**
 * Whom to tell about a weakness of this site (RFC 9116), at /.well-known/security.txt (next.config.ts) and at the older
 * address. Not there where its operator names nobody.
 */
export const GET = route("GET /security.txt", async () => {
  const { ONCE_SECURITY_CONTACT: contact, ONCE_URL: address } = environment();
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" };
  return contact === undefined
    ? new Response(null, { status: 404 })
    : new Response(securityTxt({ contact, address, now: new Date() }), { headers });
});
