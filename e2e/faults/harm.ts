/** What contradicts the promise. */

/** What kind of harm it is: money moved twice, an outcome was lost, or somebody was told what is not so. */
export type Harm = "duplicate" | "loss" | "lie" | "stuck";

export type Violation = { check: string; harm: Harm; key: string | undefined; says: string };
