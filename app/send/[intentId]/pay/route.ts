import { plainPayRoute } from "@/server/pay/plain-form";
import { looksLikeAnEarlierOne, TRANSFER_FORM } from "@/server/pay/transfer-form";

/** Pay without JavaScript: a plain form to the same use case. One that looks like a payment of minutes ago is asked about. */
export const POST = plainPayRoute(
  "POST /send/[intentId]/pay",
  TRANSFER_FORM,
  ({ userId, params, payload, beside }) =>
    looksLikeAnEarlierOne(userId, params.intentId, payload, beside.despite),
);
