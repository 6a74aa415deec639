/**
 * What an API key may be allowed to do. The list is closed: server/identity/policy.ts names one of these for every route, and a
 * key holds some of them. A browser's session is its user, and holds all.
 */
export const SCOPES = [
  /** Read payments, and what became of an idempotency key. */
  "payments:read",
  /** Pay orders, transfer, and in the demo top up. */
  "payments:write",
  /** Refund what was received. Apart from paying, so that a shop's program need not be able to spend. */
  "refunds:write",
  /** Issue and revoke idempotency keys, which whoever pays or refunds must. Moves no money by itself. */
  "keys:write",
  "orders:read",
  /** Put and cancel orders. */
  "orders:write",
  /** Read accounts and balances. */
  "accounts:read",
  /** Read what the service counts about itself, which an operator may. */
  "metrics:read",
] as const;

export type Scope = (typeof SCOPES)[number];

export function isScope(text: unknown): text is Scope {
  return SCOPES.some((scope) => scope === text);
}

/** Whether somebody with this scope changes something with it. */
export function isWriting(scope: Scope): boolean {
  return scope.endsWith(":write");
}

/** Scopes as better-auth's plugin keeps permissions: actions by resource, `{"payments": ["read", "write"]}`. */
export function permissionsOf(scopes: readonly Scope[]): Record<string, string[]> {
  const permissions: Record<string, string[]> = {};
  for (const scope of scopes) {
    const [resource = "", action = ""] = scope.split(":");
    permissions[resource] = [...(permissions[resource] ?? []), action];
  }
  return permissions;
}

/** The scopes in a stored `permissions` column, in our order. Nothing there, or nothing readable: none at all. */
export function scopesIn(stored: string | null): Scope[] {
  if (stored === null) return [];
  let permissions: unknown;
  try {
    permissions = JSON.parse(stored);
  } catch {
    return [];
  }
  if (typeof permissions !== "object" || permissions === null) return [];
  const held = new Set(
    Object.entries(permissions).flatMap(([resource, actions]) =>
      Array.isArray(actions) ? actions.map((action) => `${resource}:${String(action)}`) : [],
    ),
  );
  return SCOPES.filter((scope) => held.has(scope));
}
