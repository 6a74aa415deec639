/** Checks on purposes: what a page showed of an order, and for what a key was issued. */

import type { History } from "../workload/history.ts";
import { toldBy } from "./claims.ts";
import type { Violation } from "./contradiction.ts";
import type { Facts } from "./facts.ts";

/** What pages showed is so: a payment that is there, a decline that is, or that of somebody else. */
export function shownAsIs(history: History, facts: Facts): Violation[] {
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
    const says = `a page showed ${shown.saw} for order ${shown.orderId}, and the books say ${key ?? "nothing"}`;
    switch (shown.saw) {
      case "receipt":
        return key === shown.paymentId
          ? []
          : [{ check: "S4 kept", harm: "loss", key: shown.paymentId, says }];
      case "decline":
        return key === undefined && declined.has(`${shown.userId} ${shown.orderId}`)
          ? []
          : [{ check: "S5 honest", harm: "lie", key, says }];
      case "paid by somebody else":
        return key === undefined && paidOrders.has(shown.orderId)
          ? []
          : [{ check: "S5 honest", harm: "lie", key, says }];
      case "nothing":
        return [{ check: "L1 live", harm: "stuck", key, says }];
      default:
        return shown satisfies never;
    }
  });
}

/** A purpose that somebody was told to have paid gets no further key. */
export function purposeOnce(history: History): Violation[] {
  const all = history.exchanges.flatMap((exchange) => {
    const told = toldBy(exchange);
    return told ? [{ exchange, told, atMs: exchange.answer?.atMs ?? Infinity }] : [];
  });
  const purposeOf = new Map<string, string>();
  const found: Violation[] = [];
  for (const { exchange, told } of all) {
    if (told.type !== "open" || !told.key || !exchange.purpose) continue;
    const [id, purpose] = [`${exchange.userId} ${told.key}`, `${exchange.userId} ${exchange.purpose}`];
    if ((purposeOf.get(id) ?? purpose) !== purpose)
      found.push({ check: "purpose once", harm: "lie", key: told.key, says: "was issued for two purposes" });
    purposeOf.set(id, purpose);
  }
  const paidAt = new Map<string, number>();
  for (const { exchange, told, atMs } of all) {
    const purpose = told.type === "paid" ? purposeOf.get(`${exchange.userId} ${told.paymentId}`) : undefined;
    if (purpose) paidAt.set(purpose, Math.min(paidAt.get(purpose) ?? Infinity, atMs));
  }
  const again = all.flatMap(({ exchange, told }): Violation[] => {
    const purpose = `${exchange.userId} ${exchange.purpose}`;
    return told.type === "open" &&
      exchange.purpose &&
      exchange.invokedAtMs > (paidAt.get(purpose) ?? Infinity)
      ? [
          {
            check: "purpose once",
            harm: "lie",
            key: told.key,
            says: "was issued for a purpose that had been told as paid",
          },
        ]
      : [];
  });
  return [...found, ...again];
}
