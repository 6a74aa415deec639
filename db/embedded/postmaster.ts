/** PostgreSQL's server process: started on a cluster, and found through the file that it keeps there. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, keepOwner, processOptions } from "./account.ts";
import { endServer, endWithProcess, observe, type ProcessIdentity } from "./ownership.ts";
import type { Programs } from "./programs.ts";
import { HOST } from "./start-lock.ts";

/** Names and values, as on PostgreSQL's command line. */
export type Settings = Readonly<Record<string, string>>;

const SETTINGS: Settings = {
  listen_addresses: HOST,
  // TCP alone is enough, and a socket's path can be too long or its folder closed to the account.
  unix_socket_directories: "",
  // What the promises rest on, said on the command line so that no file can switch it off.
  fsync: "on",
  full_page_writes: "on",
  synchronous_commit: "on",
  // Several application servers with two pools each, and test files in parallel, every one with pools of its own.
  max_connections: "200",
  // A demo's data fits, and it is modest beside a browser.
  shared_buffers: "256MB",
  timezone: "UTC",
  log_timezone: "UTC",
  log_destination: "stderr",
  logging_collector: "off",
};

/** How often it is looked whether the server is up: a start without recovery takes about 100 ms. */
const LOOK_AGAIN_MS = 20;
/** Crash recovery replays up to 1 GB of log (max_wal_size); two minutes are ample on a slow disk. */
const READY_LIMIT_MS = 120_000;
/** A log this large is emptied at the next start: it is for reading after a failure, not for keeping. */
const LOG_LIMIT_BYTES = 16 * 1024 * 1024;
/** The end of the log that goes into an error: enough for the reason and what led to it. */
const LOG_TAIL_CHARACTERS = 2_000;

/** What PostgreSQL writes when processes of the server before, ended by SIGKILL, have not all gone yet. */
const STILL_IN_USE = /lock file ".*" already exists|pre-existing shared memory block|is still in use/;
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/;

/** `status` is PostgreSQL's word: starting, ready, standby or stopping. */
export type Postmaster = { identity: ProcessIdentity; port: number; status: string };

function pidFile(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

/** The server that runs on this cluster now: its file names a process that lives and was started on the cluster. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  let text: string;
  try {
    text = readFileSync(pidFile(cluster), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  // Line by line: process, data folder, start, port, socket folder, address, memory, status.
  const [pid, , , port, , , , status] = text.split("\n");
  const seen = observe(Number(pid));
  if (!seen?.command.includes(`-D ${cluster} `)) return undefined;
  return { identity: seen.identity, port: Number(port), status: status?.trim() || "starting" };
}

/** The process where the server is ready; else why it is not, in PostgreSQL's words, and what may help. */
export type Launch =
  | { identity: ProcessIdentity }
  | { tryAgain: "later" | "on another port" | undefined; logTail: string };

/** One attempt to start the server, which ends with this process from the first moment on. */
export async function launch(options: {
  cluster: string;
  port: number;
  log: string;
  programs: Programs;
  account: Account | undefined;
  settings: Settings;
}): Promise<Launch> {
  const { cluster, port, log, account } = options;
  // PostgreSQL removes a file whose process is gone, but not where another process has that number now, as after a
  // container's restart. It still refuses to start where processes of an earlier server use the folder: by their shared
  // memory.
  if (findPostmaster(cluster) === undefined) await rm(pidFile(cluster), { force: true });

  const logHandle = await open(log, "a", 0o600);
  let logStart: number;
  let child: ChildProcess;
  try {
    await keepOwner(log);
    logStart = (await logHandle.stat()).size;
    if (logStart > LOG_LIMIT_BYTES) {
      await logHandle.truncate();
      logStart = 0;
    }
    const settings = Object.entries({ ...SETTINGS, ...options.settings, port: String(port) });
    const args = ["-D", cluster, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
    child = spawn(options.programs.postgres, args, {
      ...processOptions(account),
      // A session of its own, so that Ctrl-C in a terminal reaches its owner, who may still be answering, and not it.
      detached: true,
      stdio: ["ignore", logHandle.fd, logHandle.fd],
    });
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    child.unref();
  } finally {
    await logHandle.close();
  }

  const identity = child.pid === undefined ? undefined : observe(child.pid)?.identity;
  if (identity) {
    endWithProcess(identity);
    if (await untilReady(child, cluster)) return { identity };
    await endServer(identity);
  }
  const logTail = (await readFile(log)).subarray(logStart).toString().slice(-LOG_TAIL_CHARACTERS);
  if (PORT_TAKEN.test(logTail)) return { tryAgain: "on another port", logTail };
  return { tryAgain: STILL_IN_USE.test(logTail) ? "later" : undefined, logTail };
}

/** Resolves with whether the server takes connections; it has ended otherwise, or does nothing for two minutes. */
async function untilReady(child: ChildProcess, cluster: string): Promise<boolean> {
  const deadline = Date.now() + READY_LIMIT_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const found = findPostmaster(cluster);
    if (found && found.identity.pid === child.pid && found.status === "ready") return true;
    await pause(LOOK_AGAIN_MS);
  }
  return false;
}
