import { findOrder } from "@/db/orders/orders";
import { findPaymentLink, orderByLink } from "@/db/orders/payment-links";
import { uuid } from "@/lib/api/requests";
import { allowedQuantity } from "@/lib/orders/payment-link";
import { formRoute } from "@/server/http/form-route";
import { pathWith } from "@/server/orders/list-query";

/**
 * Makes the order of one use of a payment link, and leads to its checkout. Whoever has to sign in or sign up first comes
 * back to the link with what they chose. Sent twice, it is one order.
 */
export const POST = formRoute<{ linkId: string }>(
  "POST /pay/[linkId]/order",
  async ({ form, params, user }) => {
    const linkId = uuid.safeParse(params.linkId).data;
    const link = linkId && (await findPaymentLink(linkId));
    const page = `/pay/${encodeURIComponent(params.linkId)}`;
    const intentId = uuid.safeParse(form.get("intent")).data;
    if (!link || intentId === undefined || link.merchant.id === user.id) return page;
    const typed = form.get("quantity");
    const quantity = allowedQuantity(link, typed);
    if (quantity === undefined)
      return pathWith(page, { quantity: typed ?? undefined, intent: intentId, notice: "quantity" });
    const made = await orderByLink(link, { userId: user.id, intentId, quantity });
    switch (made.type) {
      case "created":
        return `/checkout/${made.orderId}`;
      case "same": {
        const order = await findOrder(made.orderId);
        // Paid or over: whoever sends the form again may mean another one, and is asked.
        return order?.state === "open"
          ? `/checkout/${made.orderId}`
          : pathWith(page, { quantity: String(quantity), notice: "used", order: made.orderId });
      }
      case "capped":
        return pathWith(page, { quantity: String(quantity), notice: "capped", order: made.orderId });
      case "closed":
      case "not-found":
        return page;
      default:
        return made satisfies never;
    }
  },
  ({ form, params }) =>
    pathWith(`/pay/${encodeURIComponent(params.linkId)}`, {
      quantity: form.get("quantity") ?? undefined,
      intent: form.get("intent") ?? undefined,
      notice: "again",
    }),
);
