/**
 * Who may use what. Every page, route handler and server action stands here and calls its guard: the types refuse an
 * unknown name, `npm run check` (scripts/rules/policy.mjs) reads the sources, and e2e/access/policy.spec.ts reads the build's
 * own manifests and tries each without a session.
 */

import type { Scope } from "@/lib/identity/scopes";

/** `anyone`: no session needed. `user`: signed in. Otherwise signed in with that role. */
export type Level = "anyone" | "user" | "merchant" | "operator";

export const PAGES = {
  "/": "anyone",
  "/sign-in": "anyone",
  "/sign-up": "anyone",
  "/problems/[name]": "anyone",
  "/docs": "anyone",
  "/checkout/[orderId]": "user",
  "/checkout/[orderId]/form": "user",
  "/payments": "user",
  "/payments/[id]": "user",
  "/settings/api-keys": "user",
} as const satisfies Record<string, Level>;

export const ROUTES = {
  "POST /api/idempotency-keys": "user",
  "GET /api/idempotency-keys/[key]": "user",
  "DELETE /api/idempotency-keys/[key]": "user",
  "POST /api/payments": "user",
  "GET /api/payments": "user",
  "GET /api/payments/[id]": "user",
  "POST /api/payments/[id]/refunds": "user",
  "POST /api/top-ups": "user",
  "GET /api/orders": "merchant",
  "PUT /api/orders/[id]": "merchant",
  "GET /api/orders/[id]": "user",
  "DELETE /api/orders/[id]": "user",
  "GET /api/accounts": "user",
  "GET /api/metrics": "operator",
  "GET /api/openapi.json": "anyone",
  "GET /api/health/live": "anyone",
  "GET /api/health/ready": "anyone",
  "GET /security.txt": "anyone",
  "POST /checkout/[orderId]/continue": "user",
  "POST /checkout/[orderId]/pay": "user",
} as const satisfies Record<string, Level>;

export const ACTIONS = {
  payOrder: "user",
  createDemoOrder: "user",
  createApiKey: "user",
  revokeApiKey: "user",
  signIn: "anyone",
  signUp: "anyone",
  signInAsDemo: "anyone",
  signOut: "anyone",
  setLocale: "anyone",
} as const satisfies Record<string, Level>;

/** The routes that demand a caller: each says what scope an API key needs for it. A session has them all. */
type ScopedRoute = {
  [N in RouteName]: (typeof ROUTES)[N] extends "anyone" ? never : N;
}[RouteName];

export const ROUTE_SCOPES = {
  "POST /api/idempotency-keys": "keys:write",
  "GET /api/idempotency-keys/[key]": "payments:read",
  "DELETE /api/idempotency-keys/[key]": "keys:write",
  "POST /api/payments": "payments:write",
  "GET /api/payments": "payments:read",
  "GET /api/payments/[id]": "payments:read",
  "POST /api/payments/[id]/refunds": "refunds:write",
  "POST /api/top-ups": "payments:write",
  "PUT /api/orders/[id]": "orders:write",
  "GET /api/orders": "orders:read",
  "GET /api/orders/[id]": "orders:read",
  "DELETE /api/orders/[id]": "orders:write",
  "GET /api/accounts": "accounts:read",
  "GET /api/metrics": "metrics:read",
  "POST /checkout/[orderId]/continue": "keys:write",
  "POST /checkout/[orderId]/pay": "payments:write",
} as const satisfies Record<ScopedRoute, Scope>;

/** The scope that an API key needs for the route called `name`; undefined where the route is for anyone. */
export function scopeOf(name: RouteName): Scope | undefined {
  const scopes: Partial<Record<RouteName, Scope>> = ROUTE_SCOPES;
  return scopes[name];
}

/** Health checks: a rate limit must not make a supervisor take a healthy server for a dead one. */
const NOT_RATE_LIMITED: ReadonlySet<RouteName> = new Set(["GET /api/health/live", "GET /api/health/ready"]);

/** Whether requests to the route called `name` count on the limits of server/http/rate-limits.ts. */
export function isRateLimited(name: RouteName): boolean {
  return !NOT_RATE_LIMITED.has(name);
}

export type PageName = keyof typeof PAGES;
export type RouteName = keyof typeof ROUTES;
export type ActionName = keyof typeof ACTIONS;

/** Whether `level` allows somebody with `role` (undefined: nobody is signed in). */
export function isAllowed(level: Level, role: "payer" | "merchant" | "operator" | undefined): boolean {
  switch (level) {
    case "anyone":
      return true;
    case "user":
      return role !== undefined;
    case "merchant":
    case "operator":
      return role === level;
    default:
      return level satisfies never;
  }
}
