import { issueKey } from "@/db/idempotency/issue";
import { renderPayment } from "@/db/payments/views/render";
import { issueKeyRequest, parse } from "@/lib/api/requests";
import type { IssuedKey } from "@/lib/api/responses";
import { otherMethods } from "@/server/http/other-methods";
import { readJson } from "@/server/http/request/body";
import { fail, invalid, json } from "@/server/http/responses";
import { route } from "@/server/http/route";
import { isDemo } from "@/server/lifecycle/environment";

/** Issues the key for a purpose: 201 for a new one, 200 for the open one, 200 `settled` where it is paid already. */
export const POST = route("POST /api/idempotency-keys", async ({ request, user }) => {
  const body = await readJson(request);
  const parsed = body.ok ? parse(issueKeyRequest, body.value) : body;
  if (!parsed.ok) return fail("invalid-request", { errors: parsed.errors });
  const { purpose } = parsed.value;
  if (purpose.kind === "top-up" && !isDemo()) return fail("not-found");

  const issued = await issueKey(user.id, purpose);
  switch (issued.type) {
    case "created":
    case "found": {
      const { key, expiresAt } = issued;
      const open: IssuedKey = { key, purpose, state: "open", expiresAt: expiresAt.toISOString() };
      return issued.type === "created"
        ? json(201, open, { location: `/api/idempotency-keys/${key}` })
        : json(200, open);
    }
    case "settled":
      return json(200, { state: "settled", payment: renderPayment(issued.payment) } satisfies IssuedKey);
    case "not-found":
      return fail("not-found");
    case "other-subject":
      return invalid("/purpose/intentId", "is in use for the refund of another payment");
    case "capped":
      return fail("rate-limited", {
        detail: "Too many idempotency keys are open for this account. Revoke some, or let them expire.",
        headers: { "retry-after": "60" },
      });
    default:
      return issued satisfies never;
  }
});

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("/api/idempotency-keys");
