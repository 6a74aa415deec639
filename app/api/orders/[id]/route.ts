import { cancelOrder, findOrder, putOrder } from "@/db/orders/orders";
import { orderRequest, parse } from "@/lib/api/requests";
import { otherMethods } from "@/server/http/other-methods";
import { readJson } from "@/server/http/request/body";
import { isUuid } from "@/server/http/request/key-header";
import { fail, invalid, json } from "@/server/http/responses";
import { route } from "@/server/http/route";

/** Puts an order, once: 201 for a new one, 200 for the same again, 409 where the id has another. */
export const PUT = route("PUT /api/orders/[id]", async ({ request, params: { id }, user }) => {
  if (!isUuid(id)) return invalid("", "the order's id must be a UUID");
  const body = await readJson(request);
  const parsed = body.ok ? parse(orderRequest, body.value) : body;
  if (!parsed.ok) return fail("invalid-request", { errors: parsed.errors });

  const put = await putOrder(user.id, id.toLowerCase(), parsed.value);
  switch (put.type) {
    case "created":
      return json(201, put.order, { location: `/api/orders/${put.order.id}` });
    case "same":
      return json(200, put.order);
    case "conflict":
      return fail("order-conflict");
    case "no-account":
      return invalid("/currency", "you have no account in this currency");
    case "too-large":
      return invalid("/items", "come to more than an account can hold");
    default:
      return put satisfies never;
  }
});

/** One of the merchant's own orders. */
export const GET = route("GET /api/orders/[id]", async ({ params: { id }, user }) => {
  const order = isUuid(id) ? await findOrder(id.toLowerCase()) : undefined;
  return order?.merchant.id === user.id ? json(200, order) : fail("not-found");
});

/** Cancels an order that is not paid. */
export const DELETE = route("DELETE /api/orders/[id]", async ({ params: { id }, user }) => {
  if (!isUuid(id)) return fail("not-found");
  const cancelled = await cancelOrder(user.id, id.toLowerCase());
  switch (cancelled.type) {
    case "cancelled":
      return json(200, cancelled.order);
    case "paid":
      return fail("order-conflict", {
        detail: "Cancelling moved no money. The order was paid before and can no longer be cancelled.",
      });
    case "not-found":
      return fail("not-found");
    default:
      return cancelled satisfies never;
  }
});

export const { OPTIONS, PATCH, POST } = otherMethods("/api/orders/[id]");
