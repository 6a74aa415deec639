import { parse, payOrderRequest, uuid } from "@/lib/api/requests";
import { plainFormPath } from "@/lib/plain-form-path";
import { formRoute } from "@/server/http/form-route";
import { executePayment } from "@/server/pay/payment-service";

/** Pay without JavaScript: a plain form to the same use case. Posted twice, it leads to the same receipt twice. */
export const POST = formRoute<{ orderId: string }>(
  "POST /checkout/[orderId]/pay",
  async ({ form, params, user, requestId }) => {
    const key = uuid.safeParse(form.get("idempotency_key"));
    const command = parse(payOrderRequest, {
      orderId: params.orderId,
      amountMinor: form.get("amountMinor"),
      currency: form.get("currency"),
    });
    if (!key.success || !command.ok) return `/checkout/${encodeURIComponent(params.orderId)}`;
    const { orderId } = command.value;
    const attempt = { userId: user.id, key: key.data, channel: "form", requestId } as const;
    const answer = await executePayment(attempt, { operation: "pay-order", ...command.value });
    if (answer.status === 201) return `/payments/${key.data}`;
    // Declined, or settled or void before: the form page looks the key up and says so.
    const isRefused = answer.status === 404 || answer.status === 422;
    return plainFormPath({ orderId, key: key.data, userId: user.id }, isRefused ? "refused" : undefined);
  },
  // Where the form stands, which is for whoever opened it.
  ({ form, params }) =>
    plainFormPath(
      { orderId: params.orderId, key: form.get("idempotency_key") ?? "", userId: form.get("user") ?? "" },
      "unknown",
    ),
);
