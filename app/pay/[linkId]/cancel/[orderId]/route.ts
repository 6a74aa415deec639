import { cancelOrder } from "@/db/orders/orders";
import { listOrdersByLink } from "@/db/orders/orders-by-link";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";

/**
 * Cancels an order that whoever asks has made by the link, and leads back there: it says whether it is cancelled, or was paid before.
 */
export const POST = formRoute<{ linkId: string; orderId: string }>(
  "POST /pay/[linkId]/cancel/[orderId]",
  async ({ params, user }) => {
    const [linkId, orderId] = [uuid.safeParse(params.linkId).data, uuid.safeParse(params.orderId).data];
    const page = `/pay/${encodeURIComponent(params.linkId)}`;
    if (linkId === undefined || orderId === undefined) return page;
    const own = await listOrdersByLink(linkId, user.id, orderId);
    if (!own.some(({ id }) => id === orderId)) return page;
    const cancelled = await cancelOrder(user.id, orderId);
    switch (cancelled.type) {
      case "cancelled":
        return `${page}?notice=cancelled`;
      case "paid":
        return `${page}?notice=paid-first`;
      case "not-found":
        return page;
      default:
        return cancelled satisfies never;
    }
  },
  ({ params }) => `/pay/${encodeURIComponent(params.linkId)}?notice=cancel-unknown`,
);
