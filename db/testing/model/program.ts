/** Generated worlds and programs: small on purpose, so that whatever happens in them keeps meeting the same rows. */
import fc from "fast-check";

export type Currency = "USD" | "JPY";

export type PersonPlan = {
  /** What the accounts open with; no JPY account where there is none. */
  usd: bigint;
  jpy: bigint | null;
  dayLimit: bigint | null;
  closed: boolean;
};
export type OrderPlan = { merchant: number; total: bigint; currency: Currency; expired: boolean };
/** What somebody sends: to whom, counted on from themselves (nought is themselves), and how much. */
export type IntentPlan = { distance: number; amount: bigint; currency: Currency };
export type WorldPlan = { people: PersonPlan[]; orders: OrderPlan[]; intents: IntentPlan[] };

/**
 * A purpose. Numbers count round: any number names somebody, some order, some payment that somebody heard of. An order's
 * payer is counted on from its merchant (nought is the merchant).
 */
export type Slot =
  | { kind: "order"; distance: number; order: number }
  | { kind: "transfer" | "top-up"; user: number; intent: number }
  /** `sold` leaves out what cannot be refunded: declines, top-ups and refunds. */
  | { kind: "refund"; sale: number; sold: boolean; intent: number };

const TWISTS = [
  "other-amount",
  "other-note",
  "other-user",
  "other-payee",
  "other-order",
  "other-currency",
  "never-issued",
  "no-amount",
  "zero",
  "huge",
  "no-currency",
  "no-payer",
  "no-payee",
  "short-hash",
  "absurd-kind",
] as const;
/** What is wrong with an entry, if anything is. */
export type Twist = (typeof TWISTS)[number] | "none";

export type EntryPlan = {
  slot: Slot;
  /** Which key of the purpose: the latest, or the one so many before it. */
  age: number;
  twist: Twist;
  /** How much a refund asks for. */
  portion: "rest" | "all" | "part";
};

export type Step =
  | { type: "issue"; slot: Slot }
  /** Of a purpose that somebody has a key for. */
  | { type: "revoke" | "look"; known: number; age: number }
  | { type: "cancel"; order: number }
  | { type: "settle"; entries: EntryPlan[] };

const currency = fc.constantFrom<Currency>("USD", "USD", "USD", "JPY");
/** Of the size of what the poor have, so that some can pay and some cannot, and a credit makes the difference. */
const amount = fc.bigInt({ min: 1n, max: 120n });
const funds = fc.constantFrom(0n, 50n, 200n, 100_000n);
const seldom = fc.integer({ min: 0, max: 11 }).map((n) => n === 11);
const index = fc.nat({ max: 5 });
/** Seldom to themselves, which is refused. */
const distance = seldom.chain((self) => (self ? fc.constant(0) : fc.integer({ min: 1, max: 2 })));
/** Few forms a person, so that steps meet in them. */
const intent = fc.nat({ max: 2 });
const sold = seldom.map((other) => !other);
const age = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 2 }) });

export const worldPlan: fc.Arbitrary<WorldPlan> = fc.record({
  people: fc.array(
    fc.record({
      usd: funds,
      jpy: fc.option(funds, { freq: 4 }),
      dayLimit: fc.option(fc.bigInt({ min: 50n, max: 250n }), { freq: 2 }),
      closed: seldom,
    }),
    { minLength: 3, maxLength: 5 },
  ),
  orders: fc.array(fc.record({ merchant: index, total: amount, currency, expired: seldom }), {
    minLength: 1,
    maxLength: 3,
  }),
  intents: fc.array(fc.record({ distance, amount, currency }), {
    minLength: 3,
    maxLength: 3,
  }),
});

const slot: fc.Arbitrary<Slot> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("order" as const), distance, order: index }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("transfer" as const), user: index, intent }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("top-up" as const), user: index, intent }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("refund" as const), sale: fc.nat({ max: 9 }), sold, intent }),
  },
);

const entryPlan: fc.Arbitrary<EntryPlan> = fc.record({
  slot,
  age,
  twist: fc.oneof(
    { weight: 5, arbitrary: fc.constant("none" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...TWISTS) },
  ),
  portion: fc.constantFrom("rest", "all", "part"),
});

/** As many as a batch of a busy moment has, and some to spare. */
const ENTRIES_MAX = 12;

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("settle" as const),
      entries: fc.array(entryPlan, { minLength: 1, maxLength: ENTRIES_MAX }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("issue" as const), slot }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom("revoke" as const, "look" as const),
      known: fc.nat({ max: 20 }),
      age,
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("cancel" as const), order: index }) },
);
