/** The reference's part on paying and on what was paid. */
import { KEY, ORDER_ID, PAID, REFUNDED, TOPPED_UP, TRANSFERRED } from "./examples.ts";
import type { HeaderName } from "./headers.ts";
import { LIST_QUERY, type Operation } from "./operation.ts";

const MADE: readonly HeaderName[] = ["Location", "Idempotent-Replayed"];

export const PAYMENT_OPERATIONS = {
  "POST /api/payments": {
    id: "pay",
    tag: "Payments",
    summary: "Pay an order, or transfer to somebody",
    description:
      "Executes at most once per key. For an order, send the amount and currency that the payer saw and agreed to; for a transfer, the payee's handle, or their e-mail address where it was verified (one that was not is as unknown as one that nobody has). Whatever happens to the answer, send the same request with the same key again: it executes, or tells what became of it.",
    takesKey: true,
    body: {
      schemas: ["PayOrderRequest", "TransferRequest"],
      examples: {
        order: {
          summary: "Pay an order",
          value: { orderId: ORDER_ID, amountMinor: "3800", currency: "USD" },
        },
        transfer: {
          summary: "Transfer to a handle",
          value: { payee: "bob", amountMinor: "1250", currency: "USD", note: "Lunch" },
        },
      },
    },
    successes: {
      201: {
        description: "Paid, now or at an earlier request with this key.",
        schema: "Payment",
        headers: MADE,
        examples: {
          order: { summary: "An order", value: PAID },
          transfer: { summary: "A transfer", value: TRANSFERRED },
        },
      },
    },
    problems: ["amount-mismatch", "account-frozen"],
  },
  "GET /api/payments/[id]": {
    id: "payment",
    tag: "Payments",
    summary: "One payment",
    description:
      "A payment that the caller asked for, declined ones included, or has sent or received. It never changes: a refund is a payment of its own.",
    successes: {
      200: {
        description: "The payment.",
        schema: "Payment",
        examples: { order: { summary: "An order's payment", value: PAID } },
      },
    },
    problems: ["not-found", "outcome-unknown"],
  },
  "POST /api/payments/[id]/refunds": {
    id: "refund",
    tag: "Payments",
    summary: "Refund a payment, wholly or in part",
    description:
      "For whom the payment went to. Without an amount, what is left of it is refunded. A `reason` is shown to whom the money goes back to, and stands in the payment as `note`. The sum of its refunds never exceeds the payment.",
    takesKey: true,
    body: {
      schemas: ["RefundRequest"],
      examples: {
        rest: { summary: "All that is left", value: {} },
        part: { summary: "A part", value: { amountMinor: "1900", reason: "One bag was torn" } },
      },
    },
    successes: {
      201: {
        description: "Refunded, now or at an earlier request with this key.",
        schema: "Payment",
        headers: MADE,
        examples: { refund: { summary: `Half of payment ${KEY}`, value: REFUNDED } },
      },
    },
    problems: ["account-frozen"],
  },
  "POST /api/top-ups": {
    id: "topUp",
    tag: "Payments",
    summary: "Pay play money in",
    description: "Demo only; elsewhere there is no such thing (404).",
    takesKey: true,
    body: {
      schemas: ["TopUpRequest"],
      examples: { dollars: { summary: "5,000 dollars", value: { amountMinor: "500000", currency: "USD" } } },
    },
    successes: {
      201: {
        description: "Paid in, now or at an earlier request with this key.",
        schema: "Payment",
        headers: MADE,
        examples: { topUp: { summary: "Paid in", value: TOPPED_UP } },
      },
    },
  },
  "GET /api/payments": {
    id: "listPayments",
    tag: "Payments",
    summary: "List your payments",
    description:
      "What you asked to pay, paid or declined, and what you received; newest first, a page at a time.",
    query: LIST_QUERY,
    successes: {
      200: {
        description: "A page. `nextCursor` is null on the last one.",
        schema: "PaymentList",
        examples: { page: { summary: "The last page", value: { payments: [PAID], nextCursor: null } } },
      },
    },
    problems: ["invalid-request"],
  },
} as const satisfies Record<string, Operation>;
