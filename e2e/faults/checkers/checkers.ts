/** The promise, as checks on what clients were told and what the books say. None of them asks the application. */

import type { History } from "../workload/history.ts";
import { justified, realTimeOrder } from "./accounts.ts";
import { finalNo, honest, issued, kept, noBugShown } from "./answers.ts";
import { statementsByKey } from "./claims.ts";
import type { Violation } from "./contradiction.ts";
import type { EntryFact, Facts } from "./facts.ts";
import { purposeOnce, shownAsIs } from "./purposes.ts";
import { asAsked } from "./requested.ts";
import { onePayload, repeated, sameAnswer } from "./same-answer.ts";

export type Evidence = {
  /** What had been told before the books were read: all of it must be in them. */
  before: History;
  facts: Facts;
  /** What had been told after they were read: all keys that stand in them are in here. */
  after: History;
  /** The keys whose clients never learnt. */
  unresolved: readonly string[];
};

/** All checks but reconcile, which needs the database itself. */
export function check({ before: history, facts, after, unresolved }: Evidence): Violation[] {
  const byKey = statementsByKey(history);
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
    ...asAsked(after, facts),
    ...sameAnswer(byKey),
    ...onePayload(byKey),
    ...repeated(byKey),
    ...noBugShown(history),
    ...shownAsIs(history, facts),
    ...finalNo(byKey, payments, new Set(facts.openKeys.map(({ userId, key }) => `${userId} ${key}`))),
    ...honest(byKey, payments),
    ...purposeOnce(history),
    ...justified(facts, entriesOf),
    ...realTimeOrder(history, byKey, entriesOf),
    ...unresolved.map(
      (key): Violation => ({
        check: "L1 live",
        harm: "stuck",
        key,
        says: "has no outcome after all faults had stopped",
      }),
    ),
  ];
}
