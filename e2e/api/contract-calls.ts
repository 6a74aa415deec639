/** A call of each route that it accepts, and which of the documented answers no call can provoke. */
import { randomUUID } from "node:crypto";
import type { ApiRoute } from "../../server/openapi/operation.ts";
import type { Call } from "./contract.ts";

export const MONEY = { amountMinor: "1250", currency: "USD" };

/** What only a fault can provoke: server/openapi/faults.test.ts renders these and holds them against the reference. */
export const BY_FAULTS = new Set(["unavailable", "outcome-unknown", "internal-error", "payment-in-progress"]);

/** What cannot be provoked from outside this server, and why. */
export const OUT_OF_REACH = new Map([
  ["POST /api/top-ups 404 not-found", "only outside the demo is there no such route"],
  ["POST /api/top-ups 402 declined", "a top-up is declined only for an account that is closed"],
]);

/** Whom each route lets in. */
const USER_OF: Partial<Record<ApiRoute, string>> = {
  "GET /api/metrics": "omar",
  "GET /api/orders": "mia",
  "PUT /api/orders/[id]": "mia",
  "GET /api/orders/[id]": "mia",
  "DELETE /api/orders/[id]": "mia",
  "POST /api/payments/[id]/refunds": "mia",
};

/** A body that each route that takes one accepts. */
export const BODIES: Partial<Record<ApiRoute, unknown>> = {
  "POST /api/idempotency-keys": { purpose: { kind: "transfer", intentId: randomUUID() } },
  "POST /api/payments": { payee: "bob", ...MONEY },
  "POST /api/payments/[id]/refunds": {},
  "POST /api/top-ups": MONEY,
  "PUT /api/orders/[id]": {
    description: "Filter",
    currency: "USD",
    items: [{ description: "Filter", quantity: 1, amountMinor: "450" }],
  },
};

/** A call that `route` accepts, but for its key and for whatever its path names. */
export function callTo(route: ApiRoute): Call {
  const path = { id: randomUUID(), key: randomUUID() };
  const as = USER_OF[route] ?? "alice";
  return { path, as, ...(route in BODIES ? { json: BODIES[route] } : {}) };
}
