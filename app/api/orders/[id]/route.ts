import { cancelOrder, findOrder, putOrder } from "@/db/orders/orders";
import { orderRequest, parse } from "@/lib/requests";
import { fail, json, readJson, requireCaller, route } from "@/server/http";
import { isUuid } from "@/server/idempotency-key";

/** Puts an order, once: 201 for a new one, 200 for the same again, 409 where the id has another. */
export const PUT = route<{ id: string }>(async (request, { id }) => {
  const { user } = await requireCaller(request);
  if (user.role !== "merchant") return fail("forbidden", { detail: "Only a merchant can put orders." });
  if (!isUuid(id)) {
    return fail("invalid-request", {
      moneyMoved: "no",
      errors: [{ pointer: "", detail: "the order's id must be a UUID" }],
    });
  }
  const body = await readJson(request);
  const parsed = body
    ? parse(orderRequest, body.json)
    : ({ ok: false, errors: [{ pointer: "", detail: "is not valid JSON in UTF-8" }] } as const);
  if (!parsed.ok) return fail("invalid-request", { moneyMoved: "no", errors: [...parsed.errors] });

  const put = await putOrder(user.id, id.toLowerCase(), parsed.value);
  switch (put.type) {
    case "created":
      return json(201, put.order, { location: `/api/orders/${put.order.id}` });
    case "same":
      return json(200, put.order);
    case "conflict":
      return fail("order-conflict");
    case "no-account":
      return fail("invalid-request", {
        moneyMoved: "no",
        errors: [{ pointer: "/currency", detail: "you have no account in this currency" }],
      });
    case "too-large":
      return fail("invalid-request", {
        moneyMoved: "no",
        errors: [{ pointer: "/items", detail: "come to more than an account can hold" }],
      });
    default:
      return put satisfies never;
  }
});

/** One of the merchant's own orders. */
export const GET = route<{ id: string }>(async (request, { id }) => {
  const { user } = await requireCaller(request);
  const order = isUuid(id) ? await findOrder(id.toLowerCase()) : undefined;
  return order?.merchant.id === user.id ? json(200, order) : fail("not-found", { moneyMoved: "no" });
});

/** Cancels an order that is not paid. */
export const DELETE = route<{ id: string }>(async (request, { id }) => {
  const { user } = await requireCaller(request);
  const cancelled = isUuid(id)
    ? await cancelOrder(user.id, id.toLowerCase())
    : ({ type: "not-found" } as const);
  switch (cancelled.type) {
    case "cancelled":
      return json(200, cancelled.order);
    case "paid":
      return fail("order-conflict", { detail: "The order is paid and can no longer be cancelled." });
    case "not-found":
      return fail("not-found", { moneyMoved: "no" });
    default:
      return cancelled satisfies never;
  }
});
