import { revokeKey } from "@/db/idempotency/revoke";
import { type KeyRecord, keyState } from "@/db/idempotency/state";
import { renderPayment } from "@/db/payments/render";
import type { KeyState } from "@/lib/payment";
import { fail, json, requireCaller, route } from "@/server/http";
import { isUuid } from "@/server/idempotency-key";

function rendered(record: KeyRecord): KeyState {
  return record.state === "settled" ? { state: "settled", payment: renderPayment(record.payment) } : record;
}

/** What is known of a key; another user's key is void. */
export const GET = route<{ key: string }>(async (request, { key }) => {
  const { user } = await requireCaller(request);
  if (!isUuid(key)) return fail("idempotency-key-malformed");
  return json(200, rendered(await keyState(user.id, key.toLowerCase())));
});

/** Revokes a key: it was paid already, or never will be. */
export const DELETE = route<{ key: string }>(async (request, { key }) => {
  const { user } = await requireCaller(request);
  if (!isUuid(key)) return fail("idempotency-key-malformed");
  return json(200, rendered(await revokeKey(user.id, key.toLowerCase())));
});
