import { parse, refundRequest, uuid } from "@/lib/requests";
import { payRoute } from "@/server/pay-route";
import { route } from "@/server/route";

/** Refunds a payment that the caller received, wholly or in part; without an amount, what is left of it. */
export const POST = route("POST /api/payments/[id]/refunds", (call) =>
  payRoute(call, (body) => {
    const paymentId = uuid.safeParse(call.params.id);
    if (!paymentId.success)
      return { ok: false, errors: [{ pointer: "", detail: "the payment's id must be a UUID" }] };
    const parsed = parse(refundRequest, body);
    return parsed.ok
      ? { ok: true, value: { operation: "refund", paymentId: paymentId.data, ...parsed.value } }
      : parsed;
  }),
);
