import { parse, refundRequest, uuid } from "@/lib/api/requests";
import { otherMethods } from "@/server/http/other-methods";
import { route } from "@/server/http/route";
import { payRoute } from "@/server/pay/pay-route";

/** Refunds a payment that the caller received, wholly or in part; without an amount, what is left of it. */
export const POST = route("POST /api/payments/[id]/refunds", (call) => {
  const { data: paymentId } = uuid.safeParse(call.params.id);
  if (paymentId === undefined) return payRoute(call, undefined);
  return payRoute(call, (body) => {
    const parsed = parse(refundRequest, body);
    return parsed.ok ? { ok: true, value: { operation: "refund", paymentId, ...parsed.value } } : parsed;
  });
});

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("/api/payments/[id]/refunds");
