/** What reconciliation finds, as lines that can be compared: what one run did wrong must not be held against the next. */
import type { Sql } from "../client.ts";
import { reconcile } from "../ledger/reconcile.ts";
import { written } from "./history.ts";

/** A line for every row that is wrong. */
export async function findingsIn(owner: Sql): Promise<ReadonlySet<string>> {
  const findings = await reconcile(owner);
  return new Set(findings.flatMap(({ check, rows }) => rows.map((row) => `${check}: ${written(row)}`)));
}

/** The lines of `after` that were not there before. */
export function newFindings(before: ReadonlySet<string>, after: ReadonlySet<string>): string[] {
  return [...after].filter((line) => !before.has(line));
}
