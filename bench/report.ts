/** What a run leaves behind: a table on the screen, docs/BENCHMARKS.md, its charts, and bench/results.json. */
import { mkdir, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
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

function rowOf({ name, figure, unit, of, against, ratio, goal, holds }: Figure): string[] {
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

function markdown({ figures, isQuick, serverVersion, minutes }: Run, today: string): string {
  const table = [
    ["what", "figure", "against", "ratio", "goal"],
    ["---", "--:", "---", "--:", "---"],
    ...figures.map(rowOf),
  ]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
  return `# Benchmarks

Written by \`npm run bench\` on ${today} (${isQuick ? "a quick run" : "a full run"} of ${minutes} minutes). Every figure stands beside another one that was
measured in the same run, in turns, so that the machine's moods hit both; only the ratio says anything elsewhere.

Machine: ${machine()}. PostgreSQL ${serverVersion}, embedded, fsync and synchronous commit on; application, database and
load on the same cores.

<picture>
  <source media="(prefers-color-scheme: dark)" srcset="benchmarks-dark.svg">
  <img alt="Payments per second by payments in flight, on a logarithmic scale: Once into one hot account and into ten thousand, against one call per payment and interactive transactions" src="benchmarks-light.svg">
</picture>

${table}

How to read it: "hot" means that everybody pays into one account, whose row every payment must change. "Interactive
Drizzle transactions" are what one would write by hand: claim the key, lock both accounts in order, write the payment and the
transfer, update the accounts (bench/rivals.ts). "One call per payment" is our own settlement without group commit.

## Where the time goes, and which goals are out of reach for it

The goals were set where a commit takes one to two and a half milliseconds. Here a bare committed INSERT takes a few tenths of
one: a payment alone is then mostly the statement itself, some twenty small statements inside one function, and whoever
commits once per payment pays little for it. Both flatter the rivals of group commit; neither changes with fsync switched off.

In a batch of 256 the function's time divides, by timestamps between its steps, into about a third for the rows that are
inserted (payments and transfers, with nine index entries a payment), a third for locking and rewriting the accounts, a fifth
for locking and deleting the keys, and the rest for deciding and answering. Each row that is locked, updated or deleted is
so by its primary key, one at a time: that costs about a tenth against joins, and keeps plans right whatever the tables were
like when they were made. Accounts, orders and refund totals leave room on their pages, so that their updates touch no index.

The load, the application and PostgreSQL share the cores of this machine. Not explained yet: what millions of payments in the
tables cost, what a request over HTTP costs before it settles, and how far payments beside a flood of keys are a matter of
cores.
`;
}

/** Writes everything below the folder \`root\`. */
export async function writeReport(root: string, run: Run): Promise<void> {
  const docs = path.join(root, "docs");
  await mkdir(docs, { recursive: true });
  const results = run.figures.map(({ name, figure, against, ratio, goal, holds }) => ({
    name,
    figure,
    against,
    ratio,
    goal: goal ?? null,
    holds: holds ?? null,
  }));
  await writeFile(path.join(root, "bench", "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(path.join(docs, "BENCHMARKS.md"), markdown(run, new Date().toISOString().slice(0, 10)));
  for (const theme of ["light", "dark"] as const)
    await writeFile(path.join(docs, `benchmarks-${theme}.svg`), throughputChart(run.points, theme));
}
