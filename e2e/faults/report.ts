/** The results as Markdown tables, for the terminal and docs/PROOF.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { EMPTY_TALLY } from "./checkers/fault-windows.ts";
import type { Anomaly } from "./checkers/violation.ts";
import type { Detection } from "./planted/run-planted-bugs.ts";
import type { RoundResult } from "./round.ts";

const ANOMALIES: Record<Anomaly, string> = {
  duplicate: "duplicates",
  loss: "losses",
  lie: "lies",
  stuck: "stuck",
};

function count(number: number): string {
  return number.toLocaleString("en-US");
}

export function roundTable(result: RoundResult, seed: number): string {
  const anomalies = Object.entries(ANOMALIES).map(
    ([anomaly, word]) =>
      `${count(result.violations.filter((violation) => violation.anomaly === anomaly).length)} ${word}`,
  );
  const rows = [...result.fired].map(([name, times]) => {
    const tally = result.tallies.get(name) ?? EMPTY_TALLY;
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
    `**${anomalies.join(", ")}.**`,
    "",
    `| fault | fired | seconds | payments | unknowns resolved | ${Object.values(ANOMALIES).join(" | ")} |`,
    "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ...rows,
  ].join("\n");
}

export function sensitivityTable(detections: readonly Detection[]): string {
  const rows = detections.map(
    ({ bug, detectedBy }) => `| ${bug.name} | ${bug.what} | ${detectedBy.join(", ") || "**nothing**"} |`,
  );
  return ["| planted bug | that is | found by |", "|---|---|---|", ...rows].join("\n");
}

/** Replaces one generated section of a page, such as docs/PROOF.md, which people write otherwise. */
export function writeSection(file: string, section: string, text: string): void {
  const [begin, end] = [`<!-- ${section} -->`, `<!-- /${section} -->`];
  const [before, rest] = readFileSync(file, "utf8").split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`Bug: ${file} has no section ${section}.`);
  writeFileSync(file, `${before}${begin}\n\n${text}\n\n${end}${after}`);
}
