import { revokeKey } from "@/db/idempotency/revoke";
import { type KeyRecord, keyState } from "@/db/idempotency/state";
import { renderPayment } from "@/db/payments/views/render";
import type { KeyState } from "@/lib/api/payment";
import type { ApiAnswer } from "@/server/http/answer";
import { otherMethods } from "@/server/http/other-methods";
import { isUuid } from "@/server/http/request/key-header";
import { fail, json } from "@/server/http/responses";
import { route } from "@/server/http/route";

async function answer(
  userId: string,
  key: string,
  find: (userId: string, key: string) => Promise<KeyRecord>,
): Promise<ApiAnswer> {
  if (!isUuid(key)) return fail("idempotency-key-malformed");
  const record = await find(userId, key.toLowerCase());
  const body: KeyState =
    record.state === "settled" ? { state: "settled", payment: renderPayment(record.payment) } : record;
  return json(200, body);
}

/** What is known of a key; another user's key is void. */
export const GET = route("GET /api/idempotency-keys/[key]", ({ params, user }) =>
  answer(user.id, params.key, keyState),
);

/** Revokes a key: it was paid already, or never will be. */
export const DELETE = route("DELETE /api/idempotency-keys/[key]", ({ params, user }) =>
  answer(user.id, params.key, revokeKey),
);

export const { OPTIONS, PATCH, POST, PUT } = otherMethods("/api/idempotency-keys/[key]");
