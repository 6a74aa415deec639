/** What the audit log tells of. */
export const AUDIT_ACTIONS = [
  "first-operator",
  "role",
  "rename",
  "merchant-declined",
  "freeze",
  "unfreeze",
  "day-limit",
  "open-currency",
  "currency-day-limit",
  "fund",
  "refund",
  "adjustment-ask",
  "adjustment-approve",
  "adjustment-refuse",
  "adjustment-withdraw",
  "end-sessions",
  "revoke-api-keys",
  "revoke-key",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

export const AUDIT_SUBJECTS = ["user", "account", "currency", "payment", "adjustment", "key"] as const;
