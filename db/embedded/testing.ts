/** What the tests of the embedded server share: folders and processes that are gone after each test. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import postgres from "postgres";
import type { Account } from "./account.ts";
import type { ProcessIdentity } from "./ownership.ts";
import { removeEmbedded } from "./server.ts";

const FIXTURE = fileURLToPath(new URL("./owner.fixture.ts", import.meta.url));
/** By its address: a child's working folder may be one from which `tsx` is not found. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** The mode of a folder that everybody may enter, and of one that only its owner may. */
export const OPEN_MODE = 0o755;
export const CLOSED_MODE = 0o700;

export const isRoot = process.getuid?.() === 0;

export type Owner = {
  child: ChildProcess;
  adminUrl: string;
  owned: boolean;
  /** Lines of output after the first. */
  lines: string[];
  /** How it ended: its exit code or the signal. */
  ended: Promise<number | string>;
};

const folders: string[] = [];
const dataRoots: string[] = [];
const children: ChildProcess[] = [];

/** A new folder of this test's. */
export function makeFolder(mode: number): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "once-embedded-")));
  chmodSync(folder, mode);
  folders.push(folder);
  return folder;
}

/** A path for a data root below the folder; what comes to be there is removed after the test. */
export function dataRootBelow(folder: string): string {
  const dataRoot = join(folder, ".data");
  dataRoots.push(dataRoot);
  return dataRoot;
}

/** A process that has the code of `startEmbedded` run in it; see owner.fixture.ts. Does not wait for anything. */
export function spawnFixture(
  dataRoot: string,
  then: "stay" | "finish" | "throw" | "drain",
  options: { account?: Account; cwd?: string } = {},
): ChildProcess {
  const child = spawn(process.execPath, ["--import", TSX, FIXTURE, dataRoot, then], {
    ...options.account,
    cwd: options.cwd ?? process.cwd(),
    // What it throws for the test would read like a failure of the test.
    stdio: ["ignore", "pipe", then === "throw" ? "ignore" : "inherit"],
  });
  children.push(child);
  return child;
}

/** The process, once it has its server. */
export async function spawnOwner(...args: Parameters<typeof spawnFixture>): Promise<Owner> {
  const child = spawnFixture(...args);
  if (!child.stdout) throw new Error("Bug: a piped output is missing.");
  const ended = once(child, "exit").then(([code, signal]): number | string => code ?? signal);
  const lines: string[] = [];
  const output = createInterface({ input: child.stdout });
  const first = once(output, "line").then(([line]) => String(line));
  const answer = await Promise.race([first, ended]);
  if (typeof answer !== "string" || !answer.startsWith("{"))
    throw new Error(`The process ended with ${answer}.`);
  output.on("line", (line) => lines.push(line));
  const { adminUrl, owned } = JSON.parse(answer) as { adminUrl: string; owned: boolean };
  return { child, adminUrl, owned, lines, ended };
}

export type Remembered = {
  cluster: string;
  port: number;
  postmaster: ProcessIdentity;
  owner: ProcessIdentity;
};

/** What `<data root>/postgres.json` says. */
export function remembered(dataRoot: string): Remembered {
  return JSON.parse(readFileSync(join(dataRoot, "postgres.json"), "utf8")) as Remembered;
}

/** Runs `work` with one connection. */
export async function withConnection<T>(url: string, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 0 });
  }
}

/** Ends the processes and servers of the test and removes its folders. */
export async function cleanUp(): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  for (const dataRoot of dataRoots.splice(0)) await removeEmbedded(dataRoot);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
