/** The reference's part on idempotency keys. */
import { INTENT_ID, ISSUED, KEY, ORDER_ID, PAID } from "./examples.ts";
import type { Operation } from "./operation.ts";

const SETTLED = { summary: "Paid already", value: { state: "settled", payment: PAID } };
const VOID = { summary: "Never executed, and never will", value: { state: "void" } };

export const KEY_OPERATIONS = {
  "POST /api/idempotency-keys": {
    id: "issueKey",
    tag: "Idempotency keys",
    summary: "Issue the key for a purpose",
    description:
      "Gets or creates the open key of a purpose: one order, or one intent (a UUID that your program makes and keeps) to transfer, refund or top up. Asking again for the same purpose gives the same key while it is open, a new one after a decline or a revocation, and the payment where the purpose has been paid. So a program that lost its key asks again **for the same purpose**; that never pays twice. A payment found here has paid the purpose, which need not be by the request that you are about to send: send it with the payment's id as its key, and it is answered 201 where it is the same, else `idempotency-key-reused`.",
    body: {
      schemas: ["IssueKeyRequest"],
      examples: {
        order: { summary: "To pay an order", value: { purpose: { kind: "order", orderId: ORDER_ID } } },
        transfer: {
          summary: "To transfer to somebody",
          value: { purpose: { kind: "transfer", intentId: INTENT_ID } },
        },
        refund: {
          summary: "To refund a payment",
          value: { purpose: { kind: "refund", paymentId: KEY, intentId: INTENT_ID } },
        },
      },
    },
    successes: {
      200: {
        description: "The key that is open for this purpose already, or the payment that has settled it.",
        schema: "IssuedKey",
        examples: { open: { summary: "Open already", value: ISSUED }, settled: SETTLED },
      },
      201: {
        description: "A new key.",
        schema: "IssuedKey",
        headers: ["Location"],
        examples: { open: { summary: "A new key", value: ISSUED } },
      },
    },
    problems: ["not-found", "rate-limited", "outcome-unknown"],
  },
  "GET /api/idempotency-keys/[key]": {
    id: "keyState",
    tag: "Idempotency keys",
    summary: "What is known of a key",
    description:
      "`settled` comes with the payment, paid or declined. `void` is final: the key never executed for this account and never will. `open` proves nothing about a request that may be under way. Another user's key is void.",
    successes: {
      200: {
        description: "The key's state.",
        schema: "KeyState",
        examples: { open: { summary: "Open", value: { state: "open" } }, settled: SETTLED, void: VOID },
      },
    },
    problems: ["idempotency-key-malformed", "outcome-unknown"],
  },
  "DELETE /api/idempotency-keys/[key]": {
    id: "revokeKey",
    tag: "Idempotency keys",
    summary: "Revoke a key: the final no",
    description:
      "Waits for a payment in flight, then answers one of two things: `settled`, it was paid or declined before, here is the payment; or `void`, it was not paid and never will be. Never `open`.",
    successes: {
      200: {
        description: "What became of the key, for good.",
        schema: "RevokedKey",
        examples: { void: VOID, settled: SETTLED },
      },
    },
    problems: ["idempotency-key-malformed", "outcome-unknown"],
  },
} as const satisfies Record<string, Operation>;
