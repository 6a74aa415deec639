/** The invariants of the promise, checked on the history and the database: none of them asks the application. */
import type { History } from "../workload/history.ts";
import { declinesJustified, realTimeOrder } from "./accounts.ts";
import { finalNo, honest, issued, kept, noBugShown } from "./answers.ts";
import { observationsByKey } from "./claims.ts";
import type { EntryFact, Facts } from "./facts.ts";
import { pagesMatchFacts, purposeOnce } from "./purposes.ts";
import { matchRequests } from "./requests.ts";
import { onePayload, sameAnswer, sameOutcomeAgain } from "./same-answer.ts";
import { type Violation, violation } from "./violation.ts";

export type Evidence = {
  /** Recorded before the database was read: all of it must be there. */
  before: History;
  facts: Facts;
  /** Recorded until after it was read: every key that is there is in here. */
  after: History;
  /** The keys whose clients never learnt. */
  unresolved: readonly string[];
};

/** All checks but reconcile, which needs the database itself. */
export function checkHistory({ before: history, facts, after, unresolved }: Evidence): Violation[] {
  const byKey = observationsByKey(history);
  const payments = new Map(facts.payments.map((payment) => [`${payment.userId} ${payment.id}`, payment]));
  const entriesOf = new Map<string, EntryFact[]>();
  for (const entry of facts.entries) {
    const entries = entriesOf.get(entry.accountId) ?? [];
    entries.push(entry);
    entriesOf.set(entry.accountId, entries);
  }
  return [
    ...kept(byKey, payments),
    ...issued(after, payments),
    ...matchRequests(after, facts),
    ...sameAnswer(byKey),
    ...onePayload(byKey),
    ...sameOutcomeAgain(byKey),
    ...noBugShown(history),
    ...pagesMatchFacts(history, facts),
    ...finalNo(byKey, payments, new Set(facts.openKeys.map(({ userId, key }) => `${userId} ${key}`))),
    ...honest(byKey, payments),
    ...purposeOnce(history),
    ...declinesJustified(facts, entriesOf),
    ...realTimeOrder(history, byKey, entriesOf),
    ...unresolved.map((key) =>
      violation("L1 live", "stuck", key, "has no outcome after all faults had stopped"),
    ),
  ];
}
