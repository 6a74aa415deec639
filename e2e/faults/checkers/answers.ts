/** Checks on answers: what was told about a key against what stands in the books under it, and when. */

import { type Exchange, type History, isInDoubt } from "../workload/history.ts";
import { type StatementsByKey, type Told, type ToldPayment, toldBy } from "./claims.ts";
import type { Violation } from "./contradiction.ts";
import type { PaymentFact } from "./facts.ts";

/** In what a payment that was told differs from its row; and from the purpose, where a key was asked for. */
function differences(told: ToldPayment, fact: PaymentFact, { purpose }: Exchange): string[] {
  const pairs: [what: string, one: unknown, other: unknown][] = [
    ["status", told.status, fact.status],
    ["decline", told.declineCode ?? null, fact.declineCode],
    ["kind", told.kind, fact.kind],
    ["amount", told.amountMinor, String(fact.amountMinor)],
    ["payer", told.payerAccountId, fact.payerAccountId],
    ["payee", told.payeeAccountId, fact.payeeAccountId],
    ["order", told.orderId ?? null, fact.kind === "order" ? fact.purposeId : null],
    ["refunded payment", told.refundOf ?? null, fact.subjectId],
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

/** S4: whatever was reported as an outcome is in the books, as it was reported. */
export function kept(byKey: StatementsByKey, payments: Map<string, PaymentFact>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    for (const { exchange, told } of statements) {
      if (told.type !== "paid" && told.type !== "declined") continue;
      const fact = payments.get(`${id.split(" ")[0]} ${told.paymentId}`);
      const differs = fact ? differences(told.payment, fact, exchange) : ["it is not there"];
      if (differs.length === 0) continue;
      const says = `was told ${told.type}, and of the books: ${differs.join(", ")}`;
      found.push({ check: "S4 kept", harm: fact ? "lie" : "loss", key: told.paymentId, says });
    }
  }
  return found;
}

/** S1: whatever is in the books of these people stands under a key that was issued to that very user. */
export function issued({ exchanges, earlier }: History, payments: Map<string, PaymentFact>): Violation[] {
  const users = new Set(exchanges.map(({ userId }) => userId));
  const keys = new Set<string>();
  for (const exchange of exchanges) {
    const told = toldBy(exchange);
    if (told?.type === "open" && told.key) keys.add(`${exchange.userId} ${told.key}`);
  }
  return [...payments].flatMap(([id, { id: key, userId }]): Violation[] =>
    users.has(userId) && !keys.has(id) && !earlier.has(key)
      ? [{ check: "S1 once", harm: "duplicate", key, says: "is in the books, and its user got no such key" }]
      : [],
  );
}

/** What an honest request may be answered: an outcome, "not any more", or "nobody knows". */
const EXPECTED = new Set([200, 201, 204, 303, 402, 409, 410, 503]);

/**
 * Bad luck has a clear answer: whatever happens, nobody is told of a bug, and nobody is refused. Whoever asks here is known
 * and may, and asks for what there is; only another payload under a key that has one is refused.
 */
export function noBugShown({ exchanges }: History): Violation[] {
  const payloads = new Map<string, Set<string>>();
  for (const { method, purpose, userId, key, path, sent } of exchanges) {
    if (method !== "POST" || purpose !== undefined || key === undefined) continue;
    const id = `${userId} ${key}`;
    payloads.set(id, (payloads.get(id) ?? new Set()).add(`${path} ${sent}`));
  }
  return exchanges.flatMap(({ answer, userId, key, method, path }): Violation[] => {
    if (!answer || EXPECTED.has(answer.status)) return [];
    const isReuse = answer.status === 422 && answer.body.includes("/problems/idempotency-key-reused");
    if (isReuse && (payloads.get(`${userId} ${key}`)?.size ?? 0) > 1) return [];
    return [
      {
        check: "no bug shown",
        harm: answer.status === 500 ? "stuck" : "lie",
        key,
        says: `${method} ${path} was answered ${answer.status}: ${answer.body.slice(0, 160)}`,
      },
    ];
  });
}

/** S6: what was called void has no payment and is not open, now or ever; and whoever revokes gets one of two answers. */
export function finalNo(
  byKey: StatementsByKey,
  payments: Map<string, PaymentFact>,
  open: ReadonlySet<string>,
): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const key = id.split(" ")[1];
    const lie = (says: string): Violation => ({ check: "S6 final no", harm: "lie", key, says });
    const found: Violation[] = [];
    const voidAt = Math.min(
      ...statements.flatMap(({ told, exchange }) =>
        told.type === "void" ? [exchange.answer?.atMs ?? Infinity] : [],
      ),
    );
    const fact = payments.get(id);
    if (voidAt < Infinity && fact) found.push(lie(`was called void, and is ${fact.status}`));
    if (voidAt < Infinity && open.has(id)) found.push(lie("was called void, and its row is there"));
    for (const { told, exchange } of statements) {
      if (told.type !== "open") continue;
      if (exchange.invokedAtMs > voidAt) found.push(lie("was called void, and open later"));
      if (exchange.method === "DELETE") found.push(lie("was revoked, and called open"));
    }
    return found;
  });
}

/** S5: "no money has moved" and "open" are not said once somebody had been told that it was paid; nor "yes" of nothing. */
export function honest(byKey: StatementsByKey, payments: Map<string, PaymentFact>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    const key = id.split(" ")[1];
    const firstAt = (...types: Told["type"][]) =>
      Math.min(
        ...statements.flatMap(({ told, exchange }) =>
          types.includes(told.type) && "paymentId" in told && told.paymentId === key
            ? [exchange.answer?.atMs ?? Infinity]
            : [],
        ),
      );
    const [paidAt, settledAt] = [firstAt("paid"), firstAt("paid", "declined")];
    for (const { told, exchange } of statements) {
      if (told.type === "nothing" && isInDoubt(exchange) && told.moneyMoved && told.moneyMoved !== "unknown")
        found.push({
          check: "S5 honest",
          harm: "lie",
          key,
          says: `was answered ${exchange.answer?.status}, and "${told.moneyMoved}"`,
        });
      if (told.type === "open" && exchange.invokedAtMs > settledAt)
        found.push({
          check: "S5 honest",
          harm: "lie",
          key,
          says: "was called open after it had been settled",
        });
      const isLater = exchange.invokedAtMs > paidAt;
      const deniesIt = told.type === "nothing" && told.moneyMoved === "no";
      if (isLater && deniesIt)
        found.push({
          check: "S5 honest",
          harm: "lie",
          key,
          says: `was denied after it had been told as paid`,
        });
      const isSettled = payments.get(id)?.status === "succeeded";
      if (told.type === "nothing" && told.moneyMoved === "no" && told.retry !== "same-key" && isSettled)
        found.push({ check: "S5 honest", harm: "lie", key, says: "was called unpaid for good, and is paid" });
      if (told.type === "nothing" && told.moneyMoved === "yes" && !isSettled)
        found.push({ check: "S5 honest", harm: "lie", key, says: "was called paid, and is not" });
    }
  }
  return found;
}
