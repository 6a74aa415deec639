/** What security events tell of. */

/** Something changed, and the statement that changed it has written the event (events.sql). One row each. */
const SECURITY_CHANGES = [
  "signed-up",
  "signed-in",
  "signed-out",
  "session-ended",
  "password-changed",
  "password-reset",
  "address-changed",
  "api-key-made",
  "api-key-revoked",
] as const;

/** Something was refused, or failed. Gathered in memory and counted: one row a minute for each kind, address and user (record.ts). */
export const SECURITY_REFUSALS = [
  "sign-in-failed",
  /** So many failures that also a right password is refused for a while. */
  "locked-out",
  /** Somebody who is signed in did not know the password that a change asks for. */
  "password-check-failed",
  "api-key-refused",
  /** Another site has made a browser send it. */
  "origin-refused",
  "role-refused",
  "scope-refused",
  "rate-limited",
] as const;

export const SECURITY_KINDS = [...SECURITY_CHANGES, ...SECURITY_REFUSALS] as const;
export type SecurityChange = (typeof SECURITY_CHANGES)[number];
export type SecurityRefusal = (typeof SECURITY_REFUSALS)[number];
export type SecurityKind = (typeof SECURITY_KINDS)[number];
