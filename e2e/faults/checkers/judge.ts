/** Everything that can be held against a round so far: the checks, the books' own, deadlocks, and servers that died. */
import { reconcile } from "../../../db/ledger/reconcile.ts";
import type { Stage } from "../environment.ts";
import type { History } from "../workload/history.ts";
import { check } from "./checkers.ts";
import type { CheckName, Violation } from "./contradiction.ts";
import { type Facts, readFacts } from "./facts.ts";

export type Judgement = { facts: Facts; violations: Violation[] };

/**
 * Judges what was told until now. People may still be paying: the books are read after the history was taken, so
 * whatever was told is in them. `unresolved`: the keys whose clients never learnt.
 */
export async function judge(
  { owner, apps, deadlocks, bugsLogged }: Pick<Stage, "owner" | "apps" | "deadlocks" | "bugsLogged">,
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
      key: keyIn(finding.rows[0]),
      says: JSON.stringify(finding.rows, (_name, value: unknown) =>
        typeof value === "bigint" ? `${value}` : value,
      ),
    });
  const stuck = (check: CheckName, says: string) =>
    violations.push({ check, harm: "stuck", key: undefined, says });
  if (deadlocks() > 0)
    stuck("locks in order", `${deadlocks()} deadlocks, where everybody locks in one order`);
  for (const { port, deaths } of apps)
    if (deaths > 0) stuck("no bug shown", `the server at port ${port} ended by itself, ${deaths} times`);
  for (const line of new Set(bugsLogged())) stuck("no bug shown", `a server logged: ${line.slice(0, 300)}`);
  return { facts, violations };
}

/** The key that a row of a finding is about, where it is about one. */
function keyIn(row: Record<string, unknown> | undefined): string | undefined {
  const key = row?.payment_id ?? row?.key ?? row?.transfer_id;
  return typeof key === "string" ? key : undefined;
}
