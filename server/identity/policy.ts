/**
 * Who may use what. Every page, route handler and server action stands here and calls its guard: the types refuse an
 * unknown name, `npm run check` (scripts/rules/policy.ts) reads the sources, and e2e/access/policy.spec.ts reads the build's
 * own manifests and tries each without a session.
 */

import type { Scope } from "@/lib/identity/scopes";

/** `anyone`: no session needed. `user`: signed in. Otherwise signed in with that role. */
export type Level = "anyone" | "user" | "merchant" | "operator";

export const PAGES = {
  "/": "anyone",
  "/sign-in": "anyone",
  "/sign-up": "anyone",
  "/sign-up/sent": "anyone",
  "/sign-up/confirm": "anyone",
  "/reset-password": "anyone",
  "/reset-password/new": "anyone",
  "/problems/[name]": "anyone",
  "/outdated": "anyone",
  "/docs": "anyone",
  "/checkout/[orderId]": "user",
  "/checkout/[orderId]/form": "user",
  "/send": "user",
  "/send/[intentId]": "user",
  "/send/[intentId]/review": "user",
  "/send/[intentId]/form": "user",
  "/request": "user",
  "/request/[orderId]": "user",
  "/requests": "user",
  "/top-up": "user",
  "/top-up/[intentId]": "user",
  "/top-up/[intentId]/review": "user",
  "/top-up/[intentId]/form": "user",
  "/payments": "user",
  "/payments/[id]": "user",
  "/where": "user",
  "/settings": "user",
  "/settings/account": "user",
  "/settings/account/confirm-address": "user",
  "/settings/mail": "user",
  "/settings/api-keys": "user",
  "/orders": "merchant",
  "/orders/new": "merchant",
  "/orders/[id]": "merchant",
  "/links": "merchant",
  "/links/new": "merchant",
  "/links/[id]": "merchant",
  "/sales": "merchant",
  "/pay/[linkId]": "anyone",
  "/payments/[id]/refund": "user",
  "/payments/[id]/refund/[intentId]": "user",
  "/payments/[id]/refund/[intentId]/form": "user",
  "/settings/merchant": "user",
  "/ops": "operator",
  "/ops/ledger": "operator",
  "/ops/ledger/accounts/[id]": "operator",
  "/ops/ledger/journal": "operator",
  "/ops/ledger/journal/[position]": "operator",
  "/ops/ledger/adjustments": "operator",
  "/ops/ledger/adjustments/new": "operator",
  "/ops/ledger/adjustments/[id]": "operator",
  "/ops/payments/[id]/refund": "operator",
  "/ops/payments/[id]/refund/[key]": "operator",
  "/ops/reconcile": "operator",
  "/ops/reconcile/[runId]": "operator",
  "/ops/people": "operator",
  "/ops/people/[id]": "operator",
  "/ops/currencies": "operator",
  "/ops/audit": "operator",
  "/ops/payments": "operator",
  "/ops/payments/[id]": "operator",
  "/ops/keys": "operator",
  "/ops/keys/[key]": "operator",
  // In the demo alone; not found otherwise.
  "/dev/outbox": "anyone",
} as const satisfies Record<string, Level>;

/**
 * Pages that can be shown, or show what they can, while the database does not answer. In the place of every other page the layout
 * says so, where a session could not be looked up.
 */
const SHOWN_WITHOUT_RECORDS: readonly PageName[] = [
  "/",
  "/sign-in",
  "/sign-up",
  "/sign-up/sent",
  "/reset-password",
  "/reset-password/new",
  "/problems/[name]",
  "/outdated",
  "/docs",
  // The key and the fields of their address are enough to press Pay once more.
  "/checkout/[orderId]/form",
  "/send/[intentId]/form",
  "/top-up/[intentId]/form",
  "/payments/[id]/refund/[intentId]/form",
  // Says of a key that nothing is known.
  "/where",
];

/** Whether the page called `name` is shown while the database does not answer. */
export function isShownWithoutRecords(name: PageName): boolean {
  return SHOWN_WITHOUT_RECORDS.includes(name);
}

/** The page of the policy at `path`, a path of ours; undefined where none stands there. A name in full goes before a parameter. */
export function pageAt(path: string): PageName | undefined {
  const parts = path.split("/");
  const fits = (name: string) => {
    const own = name.split("/");
    return own.length === parts.length && own.every((part, at) => part.startsWith("[") || part === parts[at]);
  };
  const names = Object.keys(PAGES).filter((name): name is PageName => fits(name));
  return names.find((name) => !name.includes("[")) ?? names[0];
}

/**
 * Who may use a route, and what scope an API key needs for it; a session has them all. `scope: null`: a form of pages, which reads
 * and does more than one scope says, and which no program needs; no API key may use it.
 */
type RoutePolicy = { level: "anyone" } | { level: Exclude<Level, "anyone">; scope: Scope | null };

export const ROUTES = {
  "POST /api/idempotency-keys": { level: "user", scope: "keys:write" },
  "GET /api/idempotency-keys/[key]": { level: "user", scope: "payments:read" },
  "DELETE /api/idempotency-keys/[key]": { level: "user", scope: "keys:write" },
  "POST /api/payments": { level: "user", scope: "payments:write" },
  "GET /api/payments": { level: "user", scope: "payments:read" },
  "GET /api/payments/[id]": { level: "user", scope: "payments:read" },
  "POST /api/payments/[id]/refunds": { level: "user", scope: "refunds:write" },
  "POST /api/top-ups": { level: "user", scope: "payments:write" },
  "GET /api/orders": { level: "merchant", scope: "orders:read" },
  "PUT /api/orders/[id]": { level: "merchant", scope: "orders:write" },
  "GET /api/orders/[id]": { level: "user", scope: "orders:read" },
  "DELETE /api/orders/[id]": { level: "user", scope: "orders:write" },
  "GET /api/accounts": { level: "user", scope: "accounts:read" },
  "GET /api/metrics": { level: "operator", scope: "metrics:read" },
  "GET /api/openapi.json": { level: "anyone" },
  "GET /api/health/live": { level: "anyone" },
  "GET /api/health/ready": { level: "anyone" },
  "GET /payments/export.csv": { level: "user", scope: "payments:read" },
  // No key of a program: it may have been made for its operator's own payments.
  "GET /ops/payments/export.csv": { level: "operator", scope: null },
  "GET /security.txt": { level: "anyone" },
  "POST /ops/reconcile/run": { level: "operator", scope: null },
  "POST /orders/[id]/cancel": { level: "merchant", scope: null },
  "POST /pay/[linkId]/cancel/[orderId]": { level: "user", scope: null },
  "POST /links/[id]/close": { level: "merchant", scope: null },
  "GET /ops/ledger/accounts/[id]/export.csv": { level: "operator", scope: null },
  "GET /sales/export.csv": { level: "merchant", scope: "payments:read" },
  "GET /ops/audit/export.csv": { level: "operator", scope: null },
  "POST /pay/[linkId]/order": { level: "user", scope: null },
  "POST /payments/[id]/refund/[intentId]/continue": { level: "user", scope: "keys:write" },
  "POST /payments/[id]/refund/[intentId]/pay": { level: "user", scope: "refunds:write" },
  "POST /where/revoke": { level: "user", scope: null },
  "GET /payments/[id]/receipt.pdf": { level: "user", scope: "payments:read" },
  "POST /payments/[id]/mail": { level: "user", scope: null },
  "POST /checkout/[orderId]/continue": { level: "user", scope: "keys:write" },
  "POST /checkout/[orderId]/pay": { level: "user", scope: "payments:write" },
  "POST /send/[intentId]/check": { level: "user", scope: null },
  "POST /send/[intentId]/continue": { level: "user", scope: "keys:write" },
  "POST /send/[intentId]/pay": { level: "user", scope: "payments:write" },
  "POST /request/[orderId]/create": { level: "user", scope: null },
  "POST /request/[orderId]/cancel": { level: "user", scope: null },
  "POST /top-up/[intentId]/check": { level: "user", scope: null },
  "POST /top-up/[intentId]/continue": { level: "user", scope: "keys:write" },
  "POST /top-up/[intentId]/pay": { level: "user", scope: "payments:write" },
} as const satisfies Record<string, RoutePolicy>;

export const ACTIONS = {
  payNow: "user",
  looksLikeEarlier: "user",
  createDemoOrder: "user",
  createOrder: "merchant",
  createPaymentLink: "merchant",
  startTour: "user",
  readTour: "user",
  dismissTour: "anyone",
  createApiKey: "user",
  revokeApiKey: "user",
  askToSell: "user",
  askAdjustment: "operator",
  approveRequest: "operator",
  refuseRequest: "operator",
  withdrawRequest: "operator",
  beginRefund: "operator",
  refundForMerchant: "operator",
  revokeKeyOfOther: "operator",
  signIn: "anyone",
  signUp: "anyone",
  mailSignUpAgain: "anyone",
  confirmSignUp: "anyone",
  requestNewPassword: "anyone",
  setNewPassword: "anyone",
  changePassword: "user",
  changeAddress: "user",
  mailConfirmation: "user",
  confirmAddress: "user",
  endSession: "user",
  endOtherSessions: "user",
  saveMailSettings: "user",
  signInAsDemo: "anyone",
  signOut: "anyone",
  renamePerson: "operator",
  setPersonRole: "operator",
  freezePerson: "operator",
  setPersonDayLimit: "operator",
  endPersonSessions: "operator",
  revokePersonApiKeys: "operator",
  decideMerchantRequest: "operator",
  serveCurrency: "operator",
  setLocale: "anyone",
  setTheme: "anyone",
} as const satisfies Record<string, Level>;

/** The policy of the route called `name`. */
export function policyOf(name: RouteName): RoutePolicy {
  return ROUTES[name];
}

/** The scope that an API key needs for the route called `name`; undefined where the route is for anyone, or for no API key. */
export function scopeOf(name: RouteName): Scope | undefined {
  const policy = policyOf(name);
  return policy.level === "anyone" ? undefined : (policy.scope ?? undefined);
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
