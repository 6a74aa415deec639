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
transfer, update the accounts (bench/rivals.ts). "One call per payment" is our own settlement without group commit. "Commits
of 2 ms" are the same contestants in a database for which PostgreSQL waits that long before each flush of its log
(\`commit_delay\`), as a disk behind a network or a standby in the next building would have it wait; the goals stand at both.
The server has a quarter of the memory as shared buffers, and the two histories are read into them before they are measured.

## Where the time goes, and which goals are out of reach for it

The goals were set where a commit takes one to two and a half milliseconds. On this machine a flush takes less than a tenth of
one, and a bare committed INSERT a few tenths. Whoever commits once per payment pays little for it, so group commit has little
to share out; and a payment alone is compared with next to nothing. Where a commit takes two milliseconds, a rush reaches both
of its goals with room to spare. A payment alone costs two milliseconds of this processor beside its commit, and one of the
faster one that earlier runs had: with that, it would be 1.5 times the commit.

A payment alone is the processor's time. By a profile of its backend, 25 % go into starting some twenty small statements
(each builds its plan's state anew), 8 % into CHECK constraints, which PostgreSQL reads from their text for each statement
that writes, and 4 % into the flush. Settling through fewer statements would need either joins over tables that are sometimes
empty, whose plans read all of them when they have grown, or several rows locked by one statement, which a distributed engine
cannot route.

A batch of 128 takes about ten times as long as a payment alone. By pg_stat_statements, of its time in statements a quarter
goes into locking the accounts one by one, a third into inserting payments and transfers (nine index entries a payment), and
about a twentieth each into locking the keys, deleting them, finding those whose purpose is paid, and reading the JSON.
In a rush two batches overlap, up to the hot account's lock.

A flood of keys: two are issued at once. With eight at once, payments beside them waited for a core: their 99th percentile was
2.2 to 2.7 times what it is alone. With two, it was 1.27, 1.37, 1.58 and 1.70 times that in four runs: around its goal. Two
cores carry payments, keys, application and load here.

A history of millions costs what its pages cost. With all of them in the server's buffers the median beside 5 million was 1.13,
1.18 and 1.19 times that beside 10,000 in three other runs, and 1.05 with full_page_writes off: the rest is
the log, into which the first change of a page after a checkpoint writes all of it, and each payment changes some six pages
that are its two parties' own. With 256 MB of buffers, which the embedded server of the demo has, it was 1.3 to 1.45: pages are
fetched from the system's cache, in the place of others that must be written first.

Over HTTP it is the empty route alone that fills the server's one thread with nothing else. Requests that are answered
together come back together and go to PostgreSQL in step, three times each (whose key it is; which accounts are meant, and
whether the key is settled already; settle), 20 to 30 of them in one statement, and while it runs the server has little else
to do: by profiles at 32 in flight it is idle for 22 % of the time under payments. A replay ends with the second statement.
Nine tenths of the server's processor time for a payment are Next.js's own, which the empty route pays, too.

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
