import { getLocale } from "next-intl/server";
import { revokeKeyOf } from "@/db/idempotency/revoke";
import type { Purpose } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { WRITTEN_IN } from "@/lib/form/written-in";
import { transferFormPath, transferReviewPath } from "@/lib/pay/drafts/transfer";
import { placeOf } from "@/lib/pay/place";
import { formRoute } from "@/server/http/form-route";
import { readSentTransfer } from "@/server/pay/check-transfer";
import { fieldsOf } from "@/server/pay/plain-form";

const TYPED = ["payee", "amount", "currency", "note", WRITTEN_IN];

/**
 * Reads what was typed and leads to the page that names it all, or back to the form with what is wrong. A press of before,
 * for something else under the same intent, is revoked first: it was carried out by then, or never will be.
 */
export const POST = formRoute<{ intentId: string }>(
  "POST /send/[intentId]/check",
  async ({ form, params, user }) => {
    const intentId = uuid.safeParse(params.intentId);
    if (!intentId.success) return "/send";
    const purpose: Purpose = { kind: "transfer", intentId: intentId.data };
    const place = placeOf(purpose);
    const typed = fieldsOf(form, TYPED);
    const sent = new URLSearchParams({ ...typed, checked: "1" });
    const { payload } = await readSentTransfer(user.id, sent, await getLocale());
    if (payload === undefined) return transferFormPath(place, typed, "checked");
    const revoked = await revokeKeyOf(user.id, purpose);
    if (revoked?.state === "settled" && revoked.payment.status === "succeeded")
      return `/payments/${revoked.payment.id}`;
    return transferReviewPath(place, payload);
  },
  ({ form, params }) => {
    const intentId = uuid.safeParse(params.intentId).data;
    return intentId === undefined
      ? "/send"
      : transferFormPath(placeOf({ kind: "transfer", intentId }), fieldsOf(form, TYPED), "unfinished");
  },
);
