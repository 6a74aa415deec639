/** Generators of scenarios and programs: small, so that steps contend for the same rows. */
import fc from "fast-check";
import { CORRUPTIONS, type Corruption } from "./corruptions.ts";

export type Currency = "USD" | "JPY";

export type PersonPlan = {
  /** What the accounts open with; no JPY account where there is none. */
  usd: bigint;
  jpy: bigint | null;
  dayLimit: bigint | null;
  closed: boolean;
};
export type OrderPlan = { merchant: number; total: bigint; currency: Currency; expired: boolean };
/** `distance`: how many people after the sender the payee stands; 0 is the sender. */
export type IntentPlan = { distance: number; amount: bigint; currency: Currency };
/** What the operator asks to be moved, between two people or with the house; rarely from the asker's own account. */
export type AdjustmentPlan = { debit: number; credit: number | "house"; amount: bigint; currency: Currency };
export type ScenarioPlan = {
  people: PersonPlan[];
  orders: OrderPlan[];
  intents: IntentPlan[];
  adjustments: AdjustmentPlan[];
};

/** A purpose by numbers, each modulo the length of its list. An order's payer is counted on from its merchant. */
export type PurposeRef =
  | { kind: "order"; distance: number; order: number }
  | { kind: "transfer" | "top-up"; user: number; intent: number }
  /** By the operator, or rarely by somebody who is none. */
  | { kind: "funding"; user: number; intent: number; direction: "credit" | "debit"; imposter: boolean }
  /** Approved by another operator; rarely by who asked, or by somebody who is none. */
  | { kind: "adjustment"; adjustment: number; by: Approver }
  /** `sold` leaves out what cannot be refunded: declines, top-ups and refunds. `by`: for whoever received it. */
  | { kind: "refund"; sale: number; sold: boolean; intent: number; by: "payee" | "operator" | "imposter" };
export type Approver = "second" | "asker" | "imposter";

export type EntryPlan = {
  purposeRef: PurposeRef;
  /** Which key of the purpose: the latest, or the one so many before it. */
  age: number;
  corruption: Corruption | "none";
  /** How much a refund asks for. */
  portion: "rest" | "all" | "part";
};

export type Step =
  | { type: "issue"; purposeRef: PurposeRef }
  /** Of a purpose that somebody has a key for. */
  | { type: "revoke" | "read"; known: number; age: number }
  | { type: "cancel"; order: number }
  | { type: "settle"; entries: EntryPlan[] };

const weighted = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });
const currency = fc.constantFrom<Currency>("USD", "USD", "USD", "JPY");
/** Around small balances, so that a single credit decides whether a payment is declined. */
const amount = fc.bigInt({ min: 1n, max: 120n });
const funds = fc.constantFrom(0n, 50n, 200n, 100_000n);
const rarely = fc.integer({ min: 0, max: 11 }).map((n) => n === 11);
const index = fc.nat({ max: 5 });
/** Rarely 0, which is refused. */
const distance = rarely.chain((self) => (self ? fc.constant(0) : fc.integer({ min: 1, max: 2 })));
const intent = fc.nat({ max: 2 });
const sold = rarely.map((other) => !other);
const age = fc.oneof(weighted(5, fc.constant(0)), weighted(1, fc.nat({ max: 2 })));

export const scenarioPlan: fc.Arbitrary<ScenarioPlan> = fc.record({
  people: fc.array(
    fc.record({
      usd: funds,
      jpy: fc.option(funds, { freq: 4 }),
      dayLimit: fc.option(fc.bigInt({ min: 50n, max: 250n }), { freq: 2 }),
      closed: rarely,
    }),
    { minLength: 3, maxLength: 5 },
  ),
  orders: fc.array(fc.record({ merchant: index, total: amount, currency, expired: rarely }), {
    minLength: 1,
    maxLength: 3,
  }),
  intents: fc.array(fc.record({ distance, amount, currency }), {
    minLength: 3,
    maxLength: 3,
  }),
  adjustments: fc.array(
    fc.record({
      debit: index,
      credit: fc.oneof(weighted(3, index), weighted(1, fc.constant("house" as const))),
      amount,
      currency,
    }),
    { minLength: 1, maxLength: 2 },
  ),
});

const purposeRef: fc.Arbitrary<PurposeRef> = fc.oneof(
  weighted(4, fc.record({ kind: fc.constant("order" as const), distance, order: index })),
  weighted(4, fc.record({ kind: fc.constant("transfer" as const), user: index, intent })),
  weighted(1, fc.record({ kind: fc.constant("top-up" as const), user: index, intent })),
  weighted(
    2,
    fc.record({
      kind: fc.constant("funding" as const),
      user: index,
      intent,
      direction: fc.constantFrom("credit" as const, "debit" as const),
      imposter: rarely,
    }),
  ),
  weighted(
    2,
    fc.record({
      kind: fc.constant("adjustment" as const),
      adjustment: index,
      by: fc.constantFrom<Approver>("second", "second", "second", "asker", "imposter"),
    }),
  ),
  weighted(
    3,
    fc.record({
      kind: fc.constant("refund" as const),
      sale: fc.nat({ max: 9 }),
      sold,
      intent,
      by: fc.constantFrom("payee" as const, "payee" as const, "operator" as const, "imposter" as const),
    }),
  ),
);

const entryPlan: fc.Arbitrary<EntryPlan> = fc.record({
  purposeRef,
  age,
  corruption: fc.oneof(
    weighted(5, fc.constant("none" as const)),
    weighted(1, fc.constantFrom(...(Object.keys(CORRUPTIONS) as Corruption[]))),
  ),
  portion: fc.constantFrom("rest", "all", "part"),
});

/** As many as a batch of a busy moment has, and some to spare. */
const ENTRIES_MAX = 12;

export const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(
    6,
    fc.record({
      type: fc.constant("settle" as const),
      entries: fc.array(entryPlan, { minLength: 1, maxLength: ENTRIES_MAX }),
    }),
  ),
  weighted(3, fc.record({ type: fc.constant("issue" as const), purposeRef })),
  weighted(
    1,
    fc.record({
      type: fc.constantFrom("revoke" as const, "read" as const),
      known: fc.nat({ max: 20 }),
      age,
    }),
  ),
  weighted(1, fc.record({ type: fc.constant("cancel" as const), order: index })),
);
