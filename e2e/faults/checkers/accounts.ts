/** Checks on the order of each account's entries: it justifies every decline, and keeps real time. */
import type { History } from "../workload/history.ts";
import type { ObservationsByKey } from "./claims.ts";
import type { EntryFact, Facts, PaymentFact } from "./facts.ts";
import { type Violation, violation } from "./violation.ts";

/** Times in the books are in whole milliseconds: within one, the order is unknown. */
const CLOCK_GRAIN_MS = 1;

/** Every decline has its cause in the accounts, the order or the refunds as they were at that time. */
export function declinesJustified(facts: Facts, entriesOf: Map<string, EntryFact[]>): Violation[] {
  const succeeded = facts.payments.filter(({ status }) => status === "succeeded");
  const sales = new Map(succeeded.map((payment) => [payment.id, payment]));
  const byOrder = grouped(succeeded, ({ kind, purposeId }) => (kind === "order" ? purposeId : null));
  const bySubject = grouped(succeeded, ({ subjectId }) => subjectId);
  return facts.payments.flatMap((payment): Violation[] => {
    const unjustified = (message: string) => [violation("declines justified", "lie", payment.id, message)];
    const earlier = (others: readonly PaymentFact[] = []) =>
      others.filter((other) => other.settledAtMs <= payment.settledAtMs + CLOCK_GRAIN_MS);
    switch (payment.declineCode) {
      case null:
        return [];
      case "insufficient_funds":
        return insufficientFunds(payment, entriesOf);
      case "order_already_paid":
        return earlier(byOrder.get(payment.purposeId)).length > 0
          ? []
          : unjustified("was declined because its order was paid, and it was not");
      case "refund_exceeds_payment": {
        const refunded = earlier(bySubject.get(payment.subjectId));
        const total = refunded.reduce((sum, { amountMinor }) => sum + amountMinor, payment.amountMinor);
        const sale = payment.subjectId === null ? undefined : sales.get(payment.subjectId);
        // What is left of a payment that is refunded whole is nothing: an amount of nothing, declined.
        return sale && (total > sale.amountMinor || payment.amountMinor === 0n)
          ? []
          : unjustified(`was declined as more than its payment, of which ${total} would have been refunded`);
      }
      default:
        return unjustified(`was declined by ${payment.declineCode}, for which nobody here gives cause`);
    }
  });
}

function grouped(
  payments: readonly PaymentFact[],
  idOf: (payment: PaymentFact) => string | null,
): Map<string | null, PaymentFact[]> {
  const groups = new Map<string | null, PaymentFact[]>();
  for (const payment of payments) {
    const group = groups.get(idOf(payment));
    if (group) group.push(payment);
    else groups.set(idOf(payment), [payment]);
  }
  return groups;
}

/** A violation where the payer's account had enough at every moment around the decline. */
function insufficientFunds(payment: PaymentFact, entriesOf: Map<string, EntryFact[]>): Violation[] {
  const entries = entriesOf.get(payment.payerAccountId) ?? [];
  const around = entries.filter((entry) => Math.abs(entry.atMs - payment.settledAtMs) <= CLOCK_GRAIN_MS);
  const before = entries.findLast((entry) => entry.atMs < payment.settledAtMs - CLOCK_GRAIN_MS);
  const balances = [before?.balanceMinor ?? 0n, ...around.map((entry) => entry.balanceMinor)];
  if (balances.some((balance) => balance < payment.amountMinor)) return [];
  const message = `${payment.amountMinor} were declined for want of money while the account held ${balances.join(", ")}`;
  return [violation("declines justified", "lie", payment.id, message)];
}

/** What was answered before another request was sent comes before it in the account's order. */
export function realTimeOrder(
  history: History,
  byKey: ObservationsByKey,
  entriesOf: Map<string, EntryFact[]>,
): Violation[] {
  const times = new Map<string, { sentAtMs: number; claimedAtMs: number }>();
  for (const { method, key, invokedAtMs } of history.exchanges) {
    if (method !== "POST" || key === undefined) continue;
    // A request that was never answered may have been the one that paid.
    const time = times.get(key) ?? { sentAtMs: Infinity, claimedAtMs: Infinity };
    times.set(key, { ...time, sentAtMs: Math.min(time.sentAtMs, invokedAtMs) });
  }
  for (const [id, observations] of byKey) {
    const time = times.get(id.split(" ")[1] ?? "");
    const paid = observations.filter(({ claim }) => claim.type === "paid");
    if (time) time.claimedAtMs = Math.min(time.claimedAtMs, ...paid.map(({ atMs }) => atMs));
  }
  const found: Violation[] = [];
  for (const entries of entriesOf.values()) {
    // From the last to the first: nobody may have been sent after one that follows was told.
    let earliestClaimMs = Infinity;
    for (const entry of entries.toReversed()) {
      const time = times.get(entry.transferId);
      if (!time) continue;
      if (time.sentAtMs > earliestClaimMs)
        found.push(
          violation(
            "real-time order",
            "lie",
            entry.transferId,
            `stands before a payment that had been told before this one was sent (version ${entry.version})`,
          ),
        );
      earliestClaimMs = Math.min(earliestClaimMs, time.claimedAtMs);
    }
  }
  return found;
}
