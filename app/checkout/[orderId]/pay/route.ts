import { parse, payOrderRequest, uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";
import { executePayment } from "@/server/pay/payment-service";

/** Where the form with this key stands: it shows the outcome of the key, or the same fields again. */
function formPath(orderId: string, key: string, notice?: "unknown" | "refused"): string {
  return `/checkout/${encodeURIComponent(orderId)}/form?key=${encodeURIComponent(key)}${notice ? `&notice=${notice}` : ""}`;
}

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
    return formPath(orderId, key.data, isRefused ? "refused" : undefined);
  },
  ({ form, params }) => formPath(params.orderId, form.get("idempotency_key") ?? "", "unknown"),
);
