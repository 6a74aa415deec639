/** S3, and the part of S1 that answers show: whatever is told about a key, and however often, is one outcome of one payload. */

import { type Exchange, isInDoubt } from "../workload/history.ts";
import type { Statement, StatementsByKey } from "./claims.ts";
import type { Violation } from "./contradiction.ts";

/** S3: one outcome and one body per key, over all answers ever given. */
export function sameAnswer(byKey: StatementsByKey): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    const key = id.split(" ")[1];
    const others = statements.filter(({ told }) => "paymentId" in told && told.paymentId !== key);
    if (others.length > 0)
      found.push({
        check: "S3 same answer",
        harm: "lie",
        key,
        says: "was answered with another key's payment",
      });
    const outcomes = statements.flatMap(({ told }) =>
      (told.type === "paid" || told.type === "declined") && told.paymentId === key ? [told] : [],
    );
    const kinds = new Set(outcomes.map((told) => told.type));
    const bodies = new Set(outcomes.map((told) => told.bytes));
    if (kinds.size > 1)
      found.push({ check: "S3 same answer", harm: "lie", key, says: "was told both paid and declined" });
    else if (bodies.size > 1)
      found.push({
        check: "S3 same answer",
        harm: "lie",
        key,
        says: `${bodies.size} different bodies for one outcome`,
      });
    // Of the answers to one and the same request, one is the first: all others must say that they repeat it.
    const firsts = statements.filter(
      ({ exchange, told }) =>
        exchange.method === "POST" &&
        exchange.purpose === undefined &&
        exchange.key !== undefined &&
        (told.type === "paid" || told.type === "declined") &&
        !isAction(exchange) &&
        !exchange.answer?.isReplay,
    );
    if (firsts.length > 1)
      found.push({
        check: "S1 once",
        harm: "duplicate",
        key,
        says: `${firsts.length} answers say they were the first`,
      });
  }
  return found;
}

/** A page's own call: what it answers is not told in the API's words. */
function isAction({ path }: Exchange): boolean {
  return !path.startsWith("/api/");
}

/** S3: once somebody was told an outcome, the same request again gets it, or an answer that says nobody knows. */
export function repeated(byKey: StatementsByKey): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const payments = statements.filter(
      ({ exchange }) => exchange.method === "POST" && exchange.purpose === undefined && !isAction(exchange),
    );
    const told = payments.find((one) => one.told.type === "paid" || one.told.type === "declined");
    if (!told) return [];
    const same = ({ exchange }: Statement) =>
      exchange.path === told.exchange.path &&
      exchange.sent === told.exchange.sent &&
      exchange.invokedAtMs > (told.exchange.answer?.atMs ?? Infinity);
    return payments
      .filter((one) => same(one) && one.told.type !== told.told.type && !isInDoubt(one.exchange))
      .map(({ exchange }) => ({
        check: "S3 same answer",
        harm: "lie",
        key: id.split(" ")[1],
        says: `was told ${told.told.type}, and answered ${exchange.answer?.status} later`,
      }));
  });
}

/** S3: the same key with another payload never gets an outcome. */
export function onePayload(byKey: StatementsByKey): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const payloads = new Set(
      statements.flatMap(({ exchange, told }) =>
        exchange.method === "POST" &&
        exchange.purpose === undefined &&
        (told.type === "paid" || told.type === "declined")
          ? [`${exchange.path} ${exchange.sent}`]
          : [],
      ),
    );
    return payloads.size > 1
      ? [
          {
            check: "S3 same answer",
            harm: "lie",
            key: id.split(" ")[1],
            says: `${payloads.size} payloads got an outcome`,
          },
        ]
      : [];
  });
}
