/** What the audit log tells of. */
export const AUDIT_ACTIONS = [
  "first-operator",
  "role",
  "merchant-declined",
  "freeze",
  "unfreeze",
  "day-limit",
  "open-currency",
  "currency-day-limit",
  "fund",
  "revoke-key",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_SUBJECTS = ["user", "account", "currency", "key"] as const;
