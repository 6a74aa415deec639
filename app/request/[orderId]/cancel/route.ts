import { cancelOrder } from "@/db/orders/orders";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";

/** Cancels a request of one's own that is not paid, for good, and leads back to it: its page says which of the two it was. */
export const POST = formRoute<{ orderId: string }>(
  "POST /request/[orderId]/cancel",
  async ({ params, user }) => {
    const id = uuid.safeParse(params.orderId).data;
    if (id === undefined) return "/requests";
    const cancelled = await cancelOrder(user.id, id);
    switch (cancelled.type) {
      case "cancelled":
        return `/request/${id}?notice=cancelled`;
      case "paid":
        return `/request/${id}?notice=paid-first`;
      case "not-found":
        return "/requests";
      default:
        return cancelled satisfies never;
    }
  },
  ({ params }) => `/request/${encodeURIComponent(params.orderId)}?notice=unknown`,
);
