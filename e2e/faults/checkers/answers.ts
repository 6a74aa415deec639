/** Checks on answers: claims about a key against what is in the books under it, and when. */
import { type Exchange, type History, isInDoubt, isPayment } from "../workload/history.ts";
import {
  type Claim,
  type ClaimedPayment,
  claimOf,
  isOutcome,
  type Observation,
  type ObservationsByKey,
} from "./claims.ts";
import type { PaymentFact } from "./facts.ts";
import { type Violation, violation } from "./violation.ts";

/** How a claimed payment differs from its row; and from the purpose, where a key was requested. */
function differences(claim: ClaimedPayment, fact: PaymentFact, { purpose }: Exchange): string[] {
  const pairs: [what: string, one: unknown, other: unknown][] = [
    ["status", claim.status, fact.status],
    ["decline", claim.declineCode ?? null, fact.declineCode],
    ["kind", claim.kind, fact.kind],
    ["amount", claim.amountMinor, String(fact.amountMinor)],
    ["payer", claim.payerAccountId, fact.payerAccountId],
    ["payee", claim.payeeAccountId, fact.payeeAccountId],
    ["order", claim.orderId ?? null, fact.kind === "order" ? fact.purposeId : null],
    ["refunded payment", claim.refundOf ?? null, fact.subjectId],
  ];
  if (purpose !== undefined)
    pairs.push(["purpose", JSON.stringify(purposeOf(fact)), JSON.stringify(sentPurpose(purpose))]);
  return pairs.flatMap(([what, one, other]) => (one === other ? [] : [`${what} ${one} is ${other}`]));
}

type SentPurpose = { kind: string; orderId?: string; intentId?: string; paymentId?: string };

/** Kind, order or intent, and refunded payment. */
function sentPurpose(sent: string): (string | null)[] {
  const { kind, orderId, intentId, paymentId } = (JSON.parse(sent) as { purpose: SentPurpose }).purpose;
  return [kind, orderId ?? intentId ?? null, paymentId ?? null];
}

function purposeOf({ kind, purposeId, subjectId }: PaymentFact): (string | null)[] {
  return [kind, purposeId, subjectId];
}

/** S4: every outcome that was told is in the books, as it was told. */
export function kept(byKey: ObservationsByKey, payments: Map<string, PaymentFact>): Violation[] {
  return [...byKey].flatMap(([id, observations]) =>
    observations.flatMap(({ exchange, claim }): Violation[] => {
      if (!isOutcome(claim)) return [];
      const fact = payments.get(`${id.split(" ")[0]} ${claim.paymentId}`);
      const differs = fact ? differences(claim.payment, fact, exchange) : ["it is not there"];
      if (differs.length === 0) return [];
      const message = `was told ${claim.type}, and of the books: ${differs.join(", ")}`;
      return [violation("S4 kept", fact ? "lie" : "loss", claim.paymentId, message)];
    }),
  );
}

/** S1: every payment of these people stands under a key that was issued to that very user. */
export function issued({ exchanges, earlier }: History, payments: Map<string, PaymentFact>): Violation[] {
  const users = new Set(exchanges.map(({ userId }) => userId));
  const keys = new Set<string>();
  for (const exchange of exchanges) {
    const claim = claimOf(exchange);
    if (claim?.type === "open" && claim.key) keys.add(`${exchange.userId} ${claim.key}`);
  }
  return [...payments].flatMap(([id, { id: key, userId }]): Violation[] =>
    users.has(userId) && !keys.has(id) && !earlier.has(key)
      ? [violation("S1 once", "duplicate", key, "is in the books, and its user got no such key")]
      : [],
  );
}

/** What an honest request may be answered: an outcome, "not any more", or "nobody knows". */
const EXPECTED = new Set([200, 201, 204, 303, 402, 409, 410, 503]);

/** Every request here is valid and permitted: only another payload under a used key may be refused. */
export function noBugShown({ exchanges }: History): Violation[] {
  const payloads = new Map<string, Set<string>>();
  for (const exchange of exchanges) {
    if (!isPayment(exchange)) continue;
    const id = `${exchange.userId} ${exchange.key}`;
    payloads.set(id, (payloads.get(id) ?? new Set()).add(`${exchange.path} ${exchange.sent}`));
  }
  return exchanges.flatMap(({ answer, userId, key, method, path }): Violation[] => {
    if (!answer || EXPECTED.has(answer.status)) return [];
    const isReuse = answer.status === 422 && answer.body.includes("/problems/idempotency-key-reused");
    if (isReuse && (payloads.get(`${userId} ${key}`)?.size ?? 0) > 1) return [];
    const message = `${method} ${path} was answered ${answer.status}: ${answer.body.slice(0, 160)}`;
    return [violation("no bug shown", answer.status === 500 ? "stuck" : "lie", key, message)];
  });
}

/** S6: what was called void has no payment and is not open, now or ever; and whoever revokes gets one of two answers. */
export function finalNo(
  byKey: ObservationsByKey,
  payments: Map<string, PaymentFact>,
  open: ReadonlySet<string>,
): Violation[] {
  return [...byKey].flatMap(([id, observations]): Violation[] => {
    const found: Violation[] = [];
    const lie = (message: string) => found.push(violation("S6 final no", "lie", id.split(" ")[1], message));
    const voidAt = firstAt(observations, "void");
    const fact = payments.get(id);
    if (voidAt < Infinity && fact) lie(`was called void, and is ${fact.status}`);
    if (voidAt < Infinity && open.has(id)) lie("was called void, and its row is there");
    for (const { claim, exchange } of observations) {
      if (claim.type !== "open") continue;
      if (exchange.invokedAtMs > voidAt) lie("was called void, and open later");
      if (exchange.method === "DELETE") lie("was revoked, and called open");
    }
    return found;
  });
}

function firstAt(observations: readonly Observation[], ...types: Claim["type"][]): number {
  return Math.min(...observations.filter(({ claim }) => types.includes(claim.type)).map(({ atMs }) => atMs));
}

/** S5: "no money has moved" and "open" are not said once somebody had been told that it was paid; nor "yes" of nothing. */
export function honest(byKey: ObservationsByKey, payments: Map<string, PaymentFact>): Violation[] {
  return [...byKey].flatMap(([id, observations]): Violation[] => {
    const key = id.split(" ")[1];
    const found: Violation[] = [];
    const lie = (message: string) => found.push(violation("S5 honest", "lie", key, message));
    const own = observations.filter(({ claim }) => isOutcome(claim) && claim.paymentId === key);
    const [paidAt, settledAt] = [firstAt(own, "paid"), firstAt(own, "paid", "declined")];
    const isPaid = payments.get(id)?.status === "succeeded";
    for (const { claim, exchange } of observations) {
      if (claim.type === "open" && exchange.invokedAtMs > settledAt)
        lie("was called open after it had been settled");
      if (claim.type !== "nothing") continue;
      const { moneyMoved, retry } = claim;
      if (isInDoubt(exchange) && moneyMoved && moneyMoved !== "unknown")
        lie(`was answered ${exchange.answer?.status}, and "${moneyMoved}"`);
      if (exchange.invokedAtMs > paidAt && moneyMoved === "no")
        lie("was denied after it had been told as paid");
      if (moneyMoved === "no" && retry !== "same-key" && isPaid)
        lie("was called unpaid for good, and is paid");
      if (moneyMoved === "yes" && !isPaid) lie("was called paid, and is not");
    }
    return found;
  });
}
