import { getLocale } from "next-intl/server";
import { revokeKeyOf } from "@/db/idempotency/revoke";
import type { Purpose } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { WRITTEN_IN } from "@/lib/form/written-in";
import { topUpReviewPath } from "@/lib/pay/drafts/top-up";
import { placeOf } from "@/lib/pay/place";
import { formRoute } from "@/server/http/form-route";
import { readSentTopUp } from "@/server/pay/check-top-up";
import { fieldsOf } from "@/server/pay/plain-form";

const TYPED = ["amount", "currency", WRITTEN_IN];

/** Reads what was typed, revokes a press of before, and leads to the page that names the top-up, or back to the form. */
export const POST = formRoute<{ intentId: string }>(
  "POST /top-up/[intentId]/check",
  async ({ form, params, user }) => {
    const intentId = uuid.safeParse(params.intentId);
    if (!intentId.success) return "/top-up";
    const purpose: Purpose = { kind: "top-up", intentId: intentId.data };
    const place = placeOf(purpose);
    const sent = new URLSearchParams({ ...fieldsOf(form, TYPED), checked: "1" });
    const { payload } = await readSentTopUp(user.id, sent, await getLocale());
    if (payload === undefined) return `${place}?${sent}`;
    const revoked = await revokeKeyOf(user.id, purpose);
    if (revoked?.state === "settled" && revoked.payment.status === "succeeded")
      return `/payments/${revoked.payment.id}`;
    return topUpReviewPath(place, payload);
  },
  ({ form, params }) => {
    const intentId = uuid.safeParse(params.intentId).data;
    const typed = new URLSearchParams({ ...fieldsOf(form, TYPED), notice: "unfinished" });
    return intentId === undefined ? "/top-up" : `${placeOf({ kind: "top-up", intentId })}?${typed}`;
  },
);
