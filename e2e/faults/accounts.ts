/** Checks on the order in which accounts moved: it justifies each decline, and is the order that people saw. */
import type { StatementsByKey } from "./answers.ts";
import type { EntryFact, Facts } from "./facts.ts";
import type { Violation } from "./harm.ts";
import type { History } from "./history.ts";

/** Declines are justified: for want of money only where the payer's account had too little at some time meanwhile. */
export function justified(facts: Facts, entriesOf: Map<string, EntryFact[]>): Violation[] {
  // Both are the server's clock, to the millisecond: an entry of the same one may lie on either side.
  const CLOCK_GRAIN_MS = 1;
  return facts.payments.flatMap((payment): Violation[] => {
    if (payment.declineCode !== "insufficient_funds") return [];
    const entries = entriesOf.get(payment.payerAccountId) ?? [];
    const around = entries.filter((entry) => Math.abs(entry.atMs - payment.settledAtMs) <= CLOCK_GRAIN_MS);
    const before = entries.findLast((entry) => entry.atMs < payment.settledAtMs - CLOCK_GRAIN_MS);
    const balances = [before?.balanceMinor ?? 0n, ...around.map((entry) => entry.balanceMinor)];
    return balances.some((balance) => balance < payment.amountMinor)
      ? []
      : [
          {
            check: "declines justified",
            harm: "lie",
            key: payment.id,
            says: `${payment.amountMinor} were declined for want of money while the account held ${balances.join(", ")}`,
          },
        ];
  });
}

/** What was answered before another request was sent comes before it in the account's order. */
export function realTimeOrder(
  history: History,
  byKey: StatementsByKey,
  entriesOf: Map<string, EntryFact[]>,
): Violation[] {
  const times = new Map<string, { sentAtMs: number; toldAtMs: number }>();
  for (const { method, key, invokedAtMs } of history.exchanges) {
    if (method !== "POST" || key === undefined) continue;
    // A request that was never answered may have been the one that paid.
    const time = times.get(key) ?? { sentAtMs: Infinity, toldAtMs: Infinity };
    times.set(key, { ...time, sentAtMs: Math.min(time.sentAtMs, invokedAtMs) });
  }
  for (const [id, statements] of byKey) {
    const time = times.get(id.split(" ")[1] ?? "");
    const paid = statements.filter(({ told }) => told.type === "paid");
    if (time) time.toldAtMs = Math.min(...paid.map(({ exchange }) => exchange.answer?.atMs ?? Infinity));
  }
  const found: Violation[] = [];
  for (const entries of entriesOf.values()) {
    // From the last to the first: nobody may have been sent after one that follows was told.
    let earliestTold = Infinity;
    for (const entry of entries.toReversed()) {
      const time = times.get(entry.transferId);
      if (!time) continue;
      if (time.sentAtMs > earliestTold)
        found.push({
          check: "real-time order",
          harm: "lie",
          key: entry.transferId,
          says: `stands before a payment that had been told before this one was sent (version ${entry.version})`,
        });
      earliestTold = Math.min(earliestTold, time.toldAtMs);
    }
  }
  return found;
}
