import { issueKey } from "@/db/idempotency/issue";
import { uuid } from "@/lib/api/requests";
import { plainFormPath } from "@/lib/plain-form-path";
import { formRoute } from "@/server/http/form-route";

/** "Continue" without JavaScript: issues the order's key and leads to the form that holds it. */
export const POST = formRoute<{ orderId: string }>(
  "POST /checkout/[orderId]/continue",
  async ({ params, user }) => {
    const orderId = uuid.safeParse(params.orderId);
    if (!orderId.success) return "/";
    const checkout = `/checkout/${orderId.data}`;
    const issued = await issueKey(user.id, { kind: "order", orderId: orderId.data });
    switch (issued.type) {
      case "created":
      case "found":
        return plainFormPath({ orderId: orderId.data, key: issued.key, userId: user.id });
      case "settled":
        return `/payments/${issued.payment.id}`;
      case "not-found":
      case "other-subject":
      case "capped":
        return checkout;
      default:
        return issued satisfies never;
    }
  },
  ({ params }) => `/checkout/${params.orderId}`,
);
