/** The fault-injection checkers detect each violation in a made-up history, and nothing in a correct one. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { checkHistory } from "../e2e/faults/checkers/check-history.ts";
import type { EntryFact, Facts, PaymentFact } from "../e2e/faults/checkers/facts.ts";
import { begun, type Exchange, type History } from "../e2e/faults/workload/history.ts";

type Evidence = { history: History; facts: Facts; unresolved: string[] };

const [ALICE, BOB, CAROL] = ["alice", "bob", "carol"].map((handle) => ({
  handle,
  id: randomUUID(),
  accountId: randomUUID(),
}));
if (!ALICE || !BOB || !CAROL) throw new Error("Bug: three are there.");
const [OPENING, KEY, INTENT] = [randomUUID(), randomUUID(), randomUUID()];
const AT_MS = 1_000_000;

const payment: PaymentFact = {
  id: KEY,
  userId: ALICE.id,
  kind: "transfer",
  purposeId: INTENT,
  subjectId: null,
  status: "succeeded",
  declineCode: null,
  amountMinor: 5n,
  payerAccountId: ALICE.accountId,
  payeeAccountId: BOB.accountId,
  settledAtMs: AT_MS,
};
const paymentBody = {
  id: KEY,
  kind: "transfer",
  status: "succeeded",
  amountMinor: "5",
  payerAccountId: ALICE.accountId,
  payeeAccountId: BOB.accountId,
};
const purpose = (intentId: string) => JSON.stringify({ purpose: { kind: "transfer", intentId } });
const BODY = JSON.stringify({ payee: "bob", amountMinor: "5", currency: "USD" });

function exchange(
  at: number,
  request: { method?: string; path: string; key?: string; body?: string; user?: string },
  answer?: { status: number; body: object; isReplay?: boolean },
): Exchange {
  const { method = "POST", path, key, body, user = ALICE?.id ?? "" } = request;
  return {
    ...begun(user, { method, path, idempotencyKey: key, body }),
    invokedAtMs: at,
    ...(answer && {
      answer: { isReplay: false, ...answer, atMs: at + 5, body: JSON.stringify(answer.body) },
    }),
  };
}

const issue = (at: number, body: object, intentId = INTENT) =>
  exchange(at, { path: "/api/idempotency-keys", body: purpose(intentId) }, { status: 201, body });
const pay = (at: number, answer?: { status: number; body: object; isReplay?: boolean }, body = BODY) =>
  exchange(at, { path: "/api/payments", key: KEY, body }, answer);
const PAID = { status: 201, body: paymentBody };

function entry(
  accountId: string,
  version: bigint,
  transferId: string,
  balanceMinor: bigint,
  atMs = AT_MS,
): EntryFact {
  return { accountId, version, transferId, balanceMinor, atMs };
}

/** Alice has paid Bob 5 of her 100, and asked twice. */
function right(): Evidence {
  const history: History = {
    exchanges: [issue(10, { key: KEY, state: "open" }), pay(20, PAID), pay(40, { ...PAID, isReplay: true })],
    shown: [],
    earlier: new Set([OPENING]),
  };
  const facts: Facts = {
    accounts: [ALICE, BOB, CAROL].flatMap((one) =>
      one ? [{ id: one.accountId, ownerId: one.id, handle: one.handle }] : [],
    ),
    payments: [{ ...payment }],
    entries: [
      entry(ALICE?.accountId ?? "", 1n, OPENING, 100n, AT_MS - 1_000),
      entry(ALICE?.accountId ?? "", 2n, KEY, 95n),
      entry(BOB?.accountId ?? "", 1n, KEY, 5n),
    ],
    openKeys: [],
  };
  return { history, facts, unresolved: [] };
}

function found({ history, facts, unresolved }: Evidence): string[] {
  const violations = checkHistory({ before: history, facts, after: history, unresolved });
  return [...new Set(violations.map((one) => one.check))];
}

it("nothing is found where everything is right", () => {
  expect(found(right())).toEqual([]);
});

const problem = (name: string, moneyMoved: string, retry = "same-key") => ({
  type: `/problems/${name}`,
  moneyMoved,
  retry,
});
const set = (change: Partial<PaymentFact>) => (one: Evidence) =>
  Object.assign(one.facts.payments[0] ?? {}, change);
const also =
  (...exchanges: Exchange[]) =>
  (one: Evidence) =>
    one.history.exchanges.push(...exchanges);

/** What Alice's payment is answered when it is asked for again, with the same body or another. */
const later = (status: number, body: object, { sent = BODY, at = 50, isReplay = false } = {}) =>
  also(pay(at, { status, body, isReplay }, sent));
const sentWith = (one: string, other: string) => (evidence: Evidence) =>
  evidence.history.exchanges.splice(1, 2, pay(20, PAID, BODY.replace(one, other)));

it.each<[what: string, check: string, spoil: (evidence: Evidence) => unknown]>([
  ["a payment that was told is not there", "S4 kept", (one) => one.facts.payments.splice(0)],
  ["the payee is another than was asked for", "S4 kept", set({ payeeAccountId: CAROL.accountId })],
  ["another was asked for, and told as it is in the books", "S4 kept", sentWith("bob", "carol")],
  ["the amount is another than was sent", "S4 kept", sentWith('"5"', '"6"')],
  ["what is in the books was never sent", "S4 kept", (one) => one.history.exchanges.splice(1, 2)],
  ["its key was issued to nobody", "S1 once", (one) => one.history.exchanges.splice(0, 1)],
  ["two answers say they were the first", "S1 once", later(201, paymentBody)],
  [
    "it is told as another amount later",
    "S3 same answer",
    later(201, { ...paymentBody, amountMinor: "50" }, { isReplay: true }),
  ],
  ["the same request is refused later", "S3 same answer", later(410, problem("key-void", "no", "new-key"))],
  [
    "another payload gets its outcome",
    "S3 same answer",
    later(201, paymentBody, { sent: BODY.replace('"5"', '"6"'), isReplay: true }),
  ],
  ["what is paid is denied", "S5 honest", later(422, problem("invalid-request", "no"))],
  ["an answer that does not know says no", "S5 honest", later(503, problem("unavailable", "no"))],
  [
    "a key is called void that has paid",
    "S6 final no",
    also(
      exchange(
        50,
        { method: "DELETE", path: `/api/idempotency-keys/${KEY}` },
        { status: 200, body: { state: "void" } },
      ),
    ),
  ],
  [
    "a purpose that was paid gets a key",
    "purpose once",
    also(issue(50, { key: randomUUID(), state: "open" })),
  ],
  [
    "a key is issued for two purposes",
    "purpose once",
    also(issue(15, { key: KEY, state: "open" }, randomUUID())),
  ],
  [
    "a purpose is said to be settled by the payment of another",
    "S4 kept",
    also(issue(50, { state: "settled", payment: paymentBody }, randomUUID())),
  ],
  [
    "an honest request is refused",
    "no bug shown",
    later(401, problem("unauthenticated", "unknown"), { at: 15 }),
  ],
  [
    "a reuse is refused where there was one payload",
    "no bug shown",
    later(422, problem("idempotency-key-reused", "yes", "never")),
  ],
  ["somebody is answered 500", "no bug shown", later(500, problem("internal-error", "unknown"), { at: 15 })],
  [
    "it was declined for want of money that was there",
    "declines justified",
    set({ status: "declined", declineCode: "insufficient_funds" }),
  ],
  [
    "it was declined because its order was paid, and it was not",
    "declines justified",
    set({ status: "declined", declineCode: "order_already_paid" }),
  ],
  [
    "what was sent after it had been told stands before it",
    "real-time order",
    (one) => {
      const later = { path: "/api/payments", key: randomUUID(), body: BODY };
      one.history.exchanges.push(
        exchange(60, later, { status: 201, body: { ...paymentBody, id: later.key } }),
      );
      one.facts.entries.splice(1, 0, entry(ALICE.accountId, 2n, later.key, 95n));
    },
  ],
  ["a client never learns", "L1 live", (one) => one.unresolved.push(KEY)],
  [
    "a page shows nothing",
    "L1 live",
    (one) => one.history.shown.push({ userId: ALICE.id, orderId: randomUUID(), saw: "nothing" }),
  ],
])("%s: %s", (_what, expected, spoil) => {
  const evidence = right();
  spoil(evidence);
  expect(found(evidence)).toContain(expected);
});
