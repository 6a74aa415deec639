import { closePaymentLink } from "@/db/orders/payment-links";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";

/** Closes a payment link, and leads back to it. */
export const POST = formRoute<{ id: string }>(
  "POST /links/[id]/close",
  async ({ params, user }) => {
    const id = uuid.safeParse(params.id).data;
    if (id === undefined) return "/links";
    const closed = await closePaymentLink(user.id, id);
    return closed === "closed" ? `/links/${id}?notice=closed` : `/links/${id}`;
  },
  ({ params }) => `/links/${encodeURIComponent(params.id)}?notice=unknown`,
);
