/** What a run leaves behind: a table on the screen, docs/BENCHMARKS.md, its charts, and bench/results.json. */
import { writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { writeSection } from "../e2e/faults/report.ts";
import { throughputChart } from "./chart.ts";
import type { Figure } from "./figure.ts";
import type { ThroughputPoint } from "./throughput.ts";

export type Run = {
  figures: readonly Figure[];
  points: readonly ThroughputPoint[];
  isQuick: boolean;
  serverVersion: string;
  minutes: number;
};

function digits(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toPrecision(3);
}

function rowOf({ name, figure, unit, of, against, ratio, goal, holds, notRun }: Figure): string[] {
  if (notRun !== undefined) return [name, "not run", notRun, "", ""];
  const verdict = goal === undefined ? "" : `${goal} ${holds ? "✓" : "✗"}`;
  return [name, `${digits(figure)} ${unit}`, `${digits(against)} (${of})`, `${digits(ratio)} ×`, verdict];
}

/** The table for a terminal. */
export function printTable(figures: readonly Figure[]): void {
  for (const row of figures.map(rowOf)) {
    const [name, value, against, ratio, verdict] = row;
    console.info(`${ratio?.padStart(9)}  ${verdict?.padEnd(8)}  ${name}: ${value} against ${against}`);
  }
}

function machine(): string {
  const cpus = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${cpus.length} × ${cpus[0]?.model.trim() ?? "unknown"}, ${memory} GB, ${os.type()} ${os.release()}, Node ${process.version}`;
}

/** What a run changes of docs/BENCHMARKS.md: when and where it was, and its table. The rest is written by people. */
function generated({ figures, isQuick, serverVersion, minutes }: Run, today: string): string {
  const table = [
    ["what", "figure", "against", "ratio", "goal"],
    ["---", "--:", "---", "--:", "---"],
    ...figures.map(rowOf),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  return `Written by \`npm run bench\` on ${today} (${isQuick ? "a quick run" : "a full run"} of ${minutes} minutes). Every figure stands beside another one that was
measured in the same run, in turns, so that the machine's moods hit both; only the ratio says anything elsewhere.

Machine: ${machine()}. PostgreSQL ${serverVersion}, embedded, fsync and synchronous commit on; application, database and
load on the same cores.

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="benchmarks-dark.svg">
  <img alt="Payments per second by payments in flight, on a logarithmic scale: Once into one hot account and into ten thousand, against one call per payment and interactive transactions" src="benchmarks-light.svg">
</picture>

${table}`;
}

/** Writes everything below the folder \`root\`. */
export async function writeReport(root: string, run: Run): Promise<void> {
  const docs = path.join(root, "docs");
  const results = run.figures.map(({ name, figure, against, ratio, goal, holds }) => ({
    name,
    figure,
    against,
    ratio,
    goal: goal ?? null,
    holds: holds ?? null,
  }));
  // A figure a line, so that a run's diff shows which figures it changed.
  const lines = results.map((result) => `  ${JSON.stringify(result)}`).join(",\n");
  await writeFile(path.join(root, "bench", "results.json"), `[\n${lines}\n]\n`);
  writeSection(
    path.join(docs, "BENCHMARKS.md"),
    "run",
    generated(run, new Date().toISOString().slice(0, 10)),
  );
  for (const theme of ["light", "dark"] as const)
    await writeFile(path.join(docs, `benchmarks-${theme}.svg`), throughputChart(run.points, theme));
}
