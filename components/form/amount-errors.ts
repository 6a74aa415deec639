import type { AmountError } from "@/lib/form/amount";

type Reason = AmountError extends `amount_${infer R}` ? R : never;

const REASONS: Record<Reason, true> = {
  empty: true,
  "not-a-number": true,
  "too-many-decimals": true,
  ambiguous: true,
  "not-positive": true,
  "too-large": true,
  currency: true,
};

/** What is wrong with an amount, where an error's code is one of lib/form/amount.ts: its texts are the same in every form. */
export function amountReasonOf(code: string): Reason | undefined {
  const reason = /^amount_(.+)$/.exec(code)?.[1] ?? "";
  return Object.hasOwn(REASONS, reason) ? (reason as Reason) : undefined;
}
