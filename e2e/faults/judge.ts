/** Everything that can be held against a round so far: the checks, the books' own, and PostgreSQL's count of deadlocks. */
import { reconcile } from "../../db/ledger/reconcile.ts";
import { check } from "./checkers.ts";
import { type Facts, readFacts } from "./facts.ts";
import type { Violation } from "./harm.ts";
import type { History } from "./history.ts";
import type { Owner } from "./stage.ts";

export type Judgement = { facts: Facts; violations: Violation[] };

/**
 * Judges what was told until now. People may still be paying: the books are read after the history was taken, so
 * whatever was told is in them. `unresolved`: the keys whose clients never learnt.
 */
export async function judge(
  owner: Owner,
  history: History,
  unresolved: readonly string[],
): Promise<Judgement> {
  const before: History = {
    exchanges: history.exchanges.map((exchange) => ({ ...exchange })),
    shown: [...history.shown],
    earlier: history.earlier,
  };
  const facts = await readFacts(owner);
  const violations = check({ before, facts, after: history, unresolved });
  for (const finding of await reconcile(owner))
    violations.push({
      check: `reconcile: ${finding.check}`,
      harm: "duplicate",
      key: undefined,
      says: JSON.stringify(finding.rows, (_name, value: unknown) =>
        typeof value === "bigint" ? `${value}` : value,
      ),
    });
  const [counted] = await owner<{ deadlocks: number }[]>`
    select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()`;
  if (counted && counted.deadlocks > 0)
    violations.push({
      check: "locks in order",
      harm: "stuck",
      key: undefined,
      says: `${counted.deadlocks} deadlocks, where everybody locks in one order`,
    });
  return { facts, violations };
}
