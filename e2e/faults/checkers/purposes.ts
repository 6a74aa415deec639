/** Checks on purposes: what a page showed of an order, and for what a key was issued. */
import type { History } from "../workload/history.ts";
import { claimOf } from "./claims.ts";
import type { Facts } from "./facts.ts";
import { type Violation, violation } from "./violation.ts";

/** Pages show a payment, a decline or somebody else's payment only where it is in the books. */
export function pagesMatchFacts(history: History, facts: Facts): Violation[] {
  const paid = new Map(
    facts.payments.flatMap(({ userId, kind, purposeId, status, id }) =>
      kind === "order" && status === "succeeded" ? [[`${userId} ${purposeId}`, id]] : [],
    ),
  );
  const orders = facts.payments.filter(({ kind }) => kind === "order");
  const declined = new Set(
    orders.filter((one) => one.status === "declined").map((one) => `${one.userId} ${one.purposeId}`),
  );
  const paidOrders = new Set(
    orders.filter((one) => one.status === "succeeded").map(({ purposeId }) => purposeId),
  );
  return history.shown.flatMap((shown): Violation[] => {
    const key = paid.get(`${shown.userId} ${shown.orderId}`);
    const message = `a page showed ${shown.saw} for order ${shown.orderId}, and the books say ${key ?? "nothing"}`;
    switch (shown.saw) {
      case "receipt":
        return key === shown.paymentId ? [] : [violation("S4 kept", "loss", shown.paymentId, message)];
      case "decline":
        return key === undefined && declined.has(`${shown.userId} ${shown.orderId}`)
          ? []
          : [violation("S5 honest", "lie", key, message)];
      case "paid by somebody else":
        return key === undefined && paidOrders.has(shown.orderId)
          ? []
          : [violation("S5 honest", "lie", key, message)];
      case "nothing":
        return [violation("L1 live", "stuck", key, message)];
      default:
        return shown satisfies never;
    }
  });
}

/** A key has one purpose, and a purpose that was told as paid gets no further key. */
export function purposeOnce(history: History): Violation[] {
  const claims = history.exchanges.flatMap((exchange) => {
    const claim = claimOf(exchange);
    return claim ? [{ exchange, claim }] : [];
  });
  const purposeOf = new Map<string, string>();
  const found: Violation[] = [];
  const lie = (key: string | undefined, message: string) =>
    found.push(violation("purpose once", "lie", key, message));
  for (const { exchange, claim } of claims) {
    if (claim.type !== "open" || !claim.key || !exchange.purpose) continue;
    const [id, purpose] = [`${exchange.userId} ${claim.key}`, `${exchange.userId} ${exchange.purpose}`];
    if ((purposeOf.get(id) ?? purpose) !== purpose) lie(claim.key, "was issued for two purposes");
    purposeOf.set(id, purpose);
  }
  const paidAt = new Map<string, number>();
  for (const { exchange, claim } of claims) {
    const purpose =
      claim.type === "paid" ? purposeOf.get(`${exchange.userId} ${claim.paymentId}`) : undefined;
    if (purpose)
      paidAt.set(purpose, Math.min(paidAt.get(purpose) ?? Infinity, exchange.answer?.atMs ?? Infinity));
  }
  for (const { exchange, claim } of claims) {
    if (claim.type !== "open" || !exchange.purpose) continue;
    if (exchange.invokedAtMs > (paidAt.get(`${exchange.userId} ${exchange.purpose}`) ?? Infinity))
      lie(claim.key, "was issued for a purpose that had been told as paid");
  }
  return found;
}
