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
one. Whoever commits once per payment pays little for it, so group commit has little to share out: that bounds the ratio to
one call per payment. It bounds a payment alone, too: the function runs fourteen small statements at about 0.04 ms each, 0.6 ms
together, which is twice what the bare commit takes; only where a commit takes longer can it vanish behind it.

A batch of 256 takes 17 ms in the function, by timestamps between its steps: 6 for the rows that are inserted (payments and
transfers, with nine index entries a payment), 4 for locking and updating the accounts, 4 for locking, checking and deleting
the keys, 3 for matching, deciding and answering. Rows are locked one at a time by primary key, as a distributed engine can
route them; in one statement they would take 3 ms less. In a rush, batches overlap up to the hot account's lock.

A flood of keys: two are issued at once. With eight at once, payments beside them waited for a core: their 99th percentile was
2.2 to 2.7 times what it is alone.

A history of millions: its indexes no longer fit into the 256 MB of shared buffers that the embedded server has. Each payment
touches some ten index pages of its own two parties, which are then fetched from the system's cache, in the place of others
that must be written first, and written whole into the log after each checkpoint. Beside 2 million payments the median was
1.40 times that beside 10,000 with 256 MB of buffers, and 1.20 with 2 GB. What remains was not divided further.

Over HTTP it is the empty route alone that fills the server's one thread. By profiles at 32 in flight it is idle for 1 % of
the time there, and for 22 % under payments: requests that are answered together come back together and go to PostgreSQL in
step, three times each (whose key it is; which accounts are meant, and whether the key is settled already; settle), 20 to
30 of them in one statement, and while it runs the server has little else to do. Nine tenths of the server's processor time
for a payment are Next.js's own, which the empty route pays, too. The reads before settling were half of a payment's time
while each request made its own through a query builder; they are prepared, and made together for whatever arrives in one
turn of the event loop. A replay ends with the second statement: it was 0.73 to 0.86 of the empty route, 0.79 in the
median, while it had to settle as well, and 0.83 to 0.88 in five runs since.

What was tried and brought no more, each in turns with the build of its time: sending a batch at once instead of at the end of
the turn (payments 0.62 where the build had 0.68: more statements, and each costs the server); reads of at most 4, 8 or 16
requests, so that a crowd falls apart (0.66 to 0.70 where it had 0.73); more memory for new objects, V8's
--max-semi-space-size=64 (2 to 3 % faster, the empty route, too). One run says little about a goal that lies within the
spread of several: payments were 0.57 to 0.73 over eighteen runs.
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
