/** What contradicts the promise. */

/** What kind of harm it is: money moved twice, an outcome was lost, or somebody was told what is not so. */
export type Harm = "duplicate" | "loss" | "lie" | "stuck";

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

export type Violation = { check: CheckName; harm: Harm; key: string | undefined; says: string };
