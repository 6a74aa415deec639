import { listOrdersOf } from "@/db/orders/orders";
import { otherMethods } from "@/server/http/other-methods";
import { pageOf } from "@/server/http/request/paging";
import { route } from "@/server/http/route";

/** A page of the merchant's own orders, newest first. */
export const GET = route("GET /api/orders", ({ request, user }) =>
  pageOf("orders", request, (limit, after) => listOrdersOf(user.id, limit, after), {
    show: (order) => order,
    positionOf: ({ id, createdAt }) => ({ at: new Date(createdAt), id }),
  }),
);

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/orders");
