/** What spoils a valid entry, one way at a time. */
import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { SettlementEntry } from "../../payments/settlement.ts";
import type { Participant } from "./scenario.ts";

type Fields = Partial<SettlementEntry>;
/** `after`: who stands so many people after whoever asks. */
type Corrupt = (valid: Fields, after: (distance: number) => Participant) => Fields;

const MAX_MINOR = 9_223_372_036_854_775_807n;

export const CORRUPTIONS = {
  "other-amount": ({ amountMinor }) => ({ amountMinor: (amountMinor ?? 0n) + 1n }),
  "other-note": () => ({ note: "for you" }),
  "other-user": (_, after) => ({ userId: after(1).id, debitAccountId: after(1).accounts.USD ?? null }),
  "other-payee": (_, after) => ({ creditAccountId: after(2).accounts.USD ?? null }),
  "other-order": () => ({ orderId: randomUUID() }),
  "other-currency": ({ currency }) => ({ currency: currency === "USD" ? "JPY" : "USD" }),
  "never-issued": () => ({ key: uuidv7() }),
  "no-amount": () => ({ amountMinor: null }),
  zero: () => ({ amountMinor: 0n }),
  huge: () => ({ amountMinor: MAX_MINOR }),
  "no-currency": () => ({ currency: null }),
  "no-payer": () => ({ debitAccountId: null }),
  "no-payee": () => ({ creditAccountId: randomUUID() }),
  "no-note": () => ({ note: null }),
  "another-operator": (_, after) => ({ actorId: after(1).id }),
  "other-adjustment": () => ({ adjustmentId: randomUUID() }),
  "other-way-round": (valid) => ({
    debitAccountId: valid.creditAccountId ?? null,
    creditAccountId: valid.debitAccountId ?? null,
  }),
  "short-hash": () => ({ requestHash: Buffer.alloc(1) }),
  "absurd-kind": () => ({ kind: "gift" }) as unknown as Fields,
} satisfies Record<string, Corrupt>;
export type Corruption = keyof typeof CORRUPTIONS;
