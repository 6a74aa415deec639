/** What a run on the proving ground comes to, as a table for people: in the terminal and in docs/PROOF.md. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Harm } from "./checkers/contradiction.ts";
import { NOTHING } from "./checkers/fault-windows.ts";
import type { Found } from "./planted/sensitivity.ts";
import type { RoundResult } from "./round.ts";

const HARMS: Record<Harm, string> = {
  duplicate: "duplicates",
  loss: "losses",
  lie: "lies",
  stuck: "stuck",
};

function count(number: number): string {
  return number.toLocaleString("en-US");
}

/** The round in Markdown: what was done, what was found, and what happened while each fault lasted. */
export function roundTable(result: RoundResult, seed: number): string {
  const harms = Object.entries(HARMS).map(
    ([harm, word]) =>
      `${count(result.violations.filter((violation) => violation.harm === harm).length)} ${word}`,
  );
  const rows = [...result.fired].map(([name, times]) => {
    const tally = result.tallies.get(name) ?? NOTHING;
    const seconds = Math.round(tally.seconds);
    const cells = [
      times,
      seconds,
      tally.payments,
      tally.resolved,
      tally.duplicate,
      tally.loss,
      tally.lie,
      tally.stuck,
    ];
    return `| ${name} | ${cells.map(count).join(" | ")} |`;
  });
  return [
    `${Math.round(result.seconds / 60)} minutes, seed ${seed}: ${count(result.payments)} payments and ${count(result.declines)} declines`,
    `from ${count(result.exchanges)} requests, of which ${count(result.unknown)} got no answer, or one that leaves the outcome`,
    `open; ${count(result.replays)} answers were replays; ${count(result.checkouts)} orders were checked out in browsers.`,
    `**${harms.join(", ")}.**`,
    "",
    `| fault | fired | seconds | payments | unknowns resolved | ${Object.values(HARMS).join(" | ")} |`,
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

/** Which check found which planted bug. */
export function sensitivityTable(found: readonly Found[]): string {
  const rows = found.map(
    ({ bug, checks }) => `| ${bug.name} | ${bug.what} | ${checks.join(", ") || "**nothing**"} |`,
  );
  return ["| planted bug | that is | found by |", "|---|---|---|", ...rows].join("\n");
}

/** Writes `text` between the marks called `section` of docs/PROOF.md; what people wrote around them stays. */
export function writeProof(root: string, section: "round" | "planted", text: string): void {
  const file = path.join(root, "docs", "PROOF.md");
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const page = readFileSync(file, "utf8");
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`Bug: docs/PROOF.md has no section ${section}.`);
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}
