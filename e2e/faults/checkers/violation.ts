/** Money moved twice, an outcome was lost, somebody was told what is not so, or never learnt an outcome. */
export type Anomaly = "duplicate" | "loss" | "lie" | "stuck";

/** The checks, as docs/PROOF.md explains them. */
export type CheckName =
  | "S1 once"
  | "S3 same answer"
  | "S4 kept"
  | "S5 honest"
  | "S6 final no"
  | "L1 live"
  | "purpose once"
  | "declines justified"
  | "real-time order"
  | "locks in order"
  | "no bug shown"
  | "fault as planned"
  | `reconcile: ${string}`;

export type Violation = { check: CheckName; anomaly: Anomaly; key: string | undefined; message: string };

export function violation(
  check: CheckName,
  anomaly: Anomaly,
  key: string | undefined,
  message: string,
): Violation {
  return { check, anomaly, key, message };
}
