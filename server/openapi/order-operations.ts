/** The reference's part on orders. */
import { CANCELLED_ORDER, ORDER, PAID_ORDER } from "./examples.ts";
import { LIST_QUERY, type Operation } from "./operation.ts";

export const ORDER_OPERATIONS = {
  "PUT /api/orders/[id]": {
    id: "putOrder",
    tag: "Orders",
    summary: "Put an order",
    description:
      "You choose the id, a UUID; it is never reusable and the order never changes. The same order again is 200, another one under the same id is refused. The total is the sum of quantity times amount.",
    body: {
      schemas: ["OrderRequest"],
      examples: {
        beans: {
          summary: "Two bags of coffee",
          value: { description: ORDER.description, currency: ORDER.currency, items: ORDER.items },
        },
      },
    },
    successes: {
      200: {
        description: "The same order was put before.",
        schema: "Order",
        examples: { same: { summary: "As it was put", value: ORDER } },
      },
      201: {
        description: "A new order.",
        schema: "Order",
        headers: ["Location"],
        examples: { created: { summary: "A new order", value: ORDER } },
      },
    },
    problems: ["order-conflict"],
  },
  "GET /api/orders/[id]": {
    id: "order",
    tag: "Orders",
    summary: "One of your orders",
    description: "For its merchant. `paidBy` says who asked to pay, and by which payment.",
    successes: {
      200: {
        description: "The order.",
        schema: "Order",
        examples: { open: { summary: "Open", value: ORDER }, paid: { summary: "Paid", value: PAID_ORDER } },
      },
    },
    problems: ["not-found"],
  },
  "DELETE /api/orders/[id]": {
    id: "cancelOrder",
    tag: "Orders",
    summary: "Cancel an order",
    description: "For its merchant. A paid order cannot be cancelled; cancelling again changes nothing.",
    successes: {
      200: {
        description: "The order, cancelled.",
        schema: "Order",
        examples: { cancelled: { summary: "Cancelled", value: CANCELLED_ORDER } },
      },
    },
    problems: ["not-found", "order-conflict"],
  },
  "GET /api/orders": {
    id: "listOrders",
    tag: "Orders",
    summary: "List your orders",
    description: "The merchant's own orders, newest first, a page at a time.",
    query: LIST_QUERY,
    successes: {
      200: {
        description: "A page. `nextCursor` is null on the last one.",
        schema: "OrderList",
        examples: { page: { summary: "The last page", value: { orders: [ORDER], nextCursor: null } } },
      },
    },
    problems: ["invalid-request"],
  },
} as const satisfies Record<string, Operation>;
