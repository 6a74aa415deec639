import { cancelOrder } from "@/db/orders/orders";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";

/** Cancels an order that is not paid, and leads back to it: its page says which of the two it was. */
export const POST = formRoute<{ id: string }>(
  "POST /orders/[id]/cancel",
  async ({ params, user }) => {
    const id = uuid.safeParse(params.id).data;
    if (id === undefined) return "/orders";
    const cancelled = await cancelOrder(user.id, id);
    switch (cancelled.type) {
      case "cancelled":
        return `/orders/${id}?notice=cancelled`;
      case "paid":
        return `/orders/${id}?notice=paid-first`;
      case "not-found":
        return `/orders/${id}`;
      default:
        return cancelled satisfies never;
    }
  },
  ({ params }) => `/orders/${encodeURIComponent(params.id)}?notice=unknown`,
);
