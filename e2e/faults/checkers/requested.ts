/** The books from the other side: whatever stands in them was asked for, by its user, as it stands there. */

import type { Exchange, History } from "../workload/history.ts";
import type { Violation } from "./contradiction.ts";
import type { Facts, PaymentFact } from "./facts.ts";

type Sent = { orderId?: string; payee?: string; amountMinor?: string };

/** S4: every payment was sent under its key, by its user, with its very parties and amount; in the API's words, or by a page. */
export function asAsked({ exchanges, earlier }: History, { payments, accounts }: Facts): Violation[] {
  const users = new Set(exchanges.map(({ userId }) => userId));
  const sentUnder = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    const { method, purpose, key, userId } = exchange;
    if (method !== "POST" || purpose !== undefined || key === undefined) continue;
    const id = `${userId} ${key}`;
    sentUnder.set(id, [...(sentUnder.get(id) ?? []), exchange]);
  }
  const accountOf = new Map(accounts.map((account) => [account.id, account]));
  const isWhatWasAsked = (fact: PaymentFact, { path, sent, userId }: Exchange): boolean => {
    const ordered = /^\/checkout\/([0-9a-f-]{36})/.exec(path)?.[1];
    if (ordered) return fact.kind === "order" && fact.purposeId === ordered;
    const { orderId, payee, amountMinor } = JSON.parse(sent ?? "{}") as Sent;
    const [payer, payeesAccount] = [accountOf.get(fact.payerAccountId), accountOf.get(fact.payeeAccountId)];
    const refunded = /^\/api\/payments\/([0-9a-f-]{36})\/refunds$/.exec(path)?.[1];
    // What is left of a payment is asked for without an amount.
    const isAmount =
      amountMinor === undefined ? refunded !== undefined : amountMinor === `${fact.amountMinor}`;
    if (!isAmount) return false;
    if (path === "/api/top-ups") return fact.kind === "top-up" && payeesAccount?.ownerId === userId;
    if (payer?.ownerId !== userId) return false;
    if (refunded) return fact.kind === "refund" && fact.subjectId === refunded;
    if (orderId) return fact.kind === "order" && fact.purposeId === orderId;
    return fact.kind === "transfer" && payeesAccount?.handle === payee;
  };
  return payments.flatMap((fact): Violation[] => {
    const { id: key, userId } = fact;
    if (!users.has(userId) || earlier.has(key)) return [];
    const sent = sentUnder.get(`${userId} ${key}`) ?? [];
    if (sent.some((exchange) => isWhatWasAsked(fact, exchange))) return [];
    const says =
      sent.length === 0 ? "is in the books, and was never sent" : "is not what was sent under its key";
    return [{ check: "S4 kept", harm: "lie", key, says }];
  });
}
