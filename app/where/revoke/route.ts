import { revokeKey } from "@/db/idempotency/revoke";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";

function pageOf(key: string, notice?: "revoked" | "unknown"): string {
  return `/where?${new URLSearchParams({ key, ...(notice && { notice }) })}`;
}

/**
 * Revokes a key: afterwards it was paid already, or never will be, which the page reads anew and says. Where it could not be
 * decided, the page offers it again.
 */
export const POST = formRoute<Record<string, string>>(
  "POST /where/revoke",
  async ({ form, user }) => {
    const key = uuid.safeParse(form.get("key"));
    if (!key.success) return "/where";
    await revokeKey(user.id, key.data);
    return pageOf(key.data, "revoked");
  },
  ({ form }) => pageOf(form.get("key") ?? "", "unknown"),
);
