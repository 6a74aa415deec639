import { type Exchange, type History, isPayment } from "../workload/history.ts";
import type { Facts, PaymentFact } from "./facts.ts";
import { type Violation, violation } from "./violation.ts";

type Sent = { orderId?: string; payee?: string; amountMinor?: string };

/** S4, from the books: every payment was requested under its key, by its user, with its parties and amount. */
export function matchRequests({ exchanges, earlier }: History, { payments, accounts }: Facts): Violation[] {
  const users = new Set(exchanges.map(({ userId }) => userId));
  const sentUnder = new Map<string, Exchange[]>();
  for (const exchange of exchanges) {
    if (!isPayment(exchange)) continue;
    const id = `${exchange.userId} ${exchange.key}`;
    sentUnder.set(id, [...(sentUnder.get(id) ?? []), exchange]);
  }
  const accountOf = new Map(accounts.map((account) => [account.id, account]));
  const matchesRequest = (fact: PaymentFact, { path, sent, userId }: Exchange): boolean => {
    const ordered = /^\/checkout\/([0-9a-f-]{36})/.exec(path)?.[1];
    if (ordered) return fact.kind === "order" && fact.purposeId === ordered;
    const { orderId, payee, amountMinor } = JSON.parse(sent ?? "{}") as Sent;
    const [payer, payeesAccount] = [accountOf.get(fact.payerAccountId), accountOf.get(fact.payeeAccountId)];
    const refunded = /^\/api\/payments\/([0-9a-f-]{36})\/refunds$/.exec(path)?.[1];
    // A refund of the rest has no amount.
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
    if (sent.some((exchange) => matchesRequest(fact, exchange))) return [];
    const message =
      sent.length === 0 ? "is in the books, and was never sent" : "is not what was sent under its key";
    return [violation("S4 kept", "lie", key, message)];
  });
}
