/** All checks of a round: the history, reconciliation, deadlocks, and servers that crashed or logged a bug. */
import { reconcile } from "../../../db/ledger/reconcile.ts";
import type { TestBed } from "../test-bed.ts";
import type { History } from "../workload/history.ts";
import { checkHistory } from "./check-history.ts";
import { type Facts, readFacts } from "./facts.ts";
import { type CheckName, type Violation, violation } from "./violation.ts";

export type RoundCheck = { facts: Facts; violations: Violation[] };

/**
 * May run while the workload does: the database is read after the history was copied, so all of the copy must be there.
 * `unresolved`: the keys whose clients never learnt an outcome.
 */
export async function checkRound(
  { owner, apps, deadlocks, bugsLogged }: Pick<TestBed, "owner" | "apps" | "deadlocks" | "bugsLogged">,
  history: History,
  unresolved: readonly string[],
): Promise<RoundCheck> {
  const before: History = {
    exchanges: history.exchanges.map((exchange) => ({ ...exchange })),
    shown: [...history.shown],
    earlier: history.earlier,
  };
  const facts = await readFacts(owner);
  const violations = checkHistory({ before, facts, after: history, unresolved });
  for (const finding of await reconcile(owner)) {
    const rows = JSON.stringify(finding.rows, (_name, value: unknown) =>
      typeof value === "bigint" ? `${value}` : value,
    );
    violations.push(violation(`reconcile: ${finding.check}`, "duplicate", keyIn(finding.rows[0]), rows));
  }
  const stuck = (check: CheckName, message: string) =>
    violations.push(violation(check, "stuck", undefined, message));
  if (deadlocks() > 0)
    stuck("locks in order", `${deadlocks()} deadlocks, where everybody locks in one order`);
  for (const { port, unexpectedExits } of apps)
    if (unexpectedExits > 0)
      stuck("no bug shown", `the server at port ${port} ended by itself, ${unexpectedExits} times`);
  for (const line of new Set(bugsLogged())) stuck("no bug shown", `a server logged: ${line.slice(0, 300)}`);
  return { facts, violations };
}

/** The key that a row of a finding is about, where it is about one. */
function keyIn(row: Record<string, unknown> | undefined): string | undefined {
  const key = row?.payment_id ?? row?.key ?? row?.transfer_id;
  return typeof key === "string" ? key : undefined;
}
