/** Starts the server process on a cluster and waits until it answers. */
import { spawn } from "node:child_process";
import { open, stat, truncate } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { keepOwner } from "./keep-owner.ts";
import { HOST } from "./port.ts";
import { checkAnswers, findPostmaster } from "./postmaster.ts";
import { isAlive, markOf, type ProcessMark } from "./process-identity.ts";
import type { Programs } from "./programs.ts";
import type { Account } from "./run.ts";
import { environment, workingFolder } from "./run.ts";

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
const LAST_WORDS_BYTES = 2_000;

export type Launch =
  | { outcome: "ready"; mark: ProcessMark }
  | { outcome: "port-taken" | "still-in-use" | "failed"; lastWords: string };

/** What a start says when processes of the server before, ended by SIGKILL, have not all gone yet. */
const STILL_IN_USE = /lock file ".*" already exists|pre-existing shared memory block|is still in use/;
const PORT_TAKEN = /could not bind|could not create any TCP\/IP sockets/;

/**
 * One attempt. The process leads a session of its own, so that Ctrl-C in a terminal reaches its owner, who may still
 * be answering requests, and not it. `started` is called as soon as there is a process, before it is known to be up.
 */
export async function launch(options: {
  cluster: string;
  password: string;
  port: number;
  log: string;
  programs: Programs;
  account: Account | undefined;
  settings: Settings;
  started: (mark: ProcessMark) => void;
}): Promise<Launch> {
  const { cluster, port, log, account } = options;
  const logStart = await prepareLog(log);
  const logHandle = await open(log, "a", 0o600);
  let mark: ProcessMark;
  try {
    await keepOwner(log);
    const settings = Object.entries({ ...SETTINGS, ...options.settings, port: String(port) });
    const child = spawn(
      options.programs.postgres,
      ["-D", cluster, ...settings.flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      {
        ...account,
        cwd: workingFolder(),
        env: environment(),
        detached: true,
        stdio: ["ignore", logHandle.fd, logHandle.fd],
        windowsHide: true,
      },
    );
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    child.unref();
    const found = child.pid === undefined ? undefined : markOf(child.pid);
    if (found === undefined) return { outcome: "failed", lastWords: await lastWords(log, logStart) };
    mark = found;
  } finally {
    await logHandle.close();
  }
  options.started(mark);
  return await untilReady(mark, options, logStart);
}

async function untilReady(
  mark: ProcessMark,
  { cluster, password, port, log }: { cluster: string; password: string; port: number; log: string },
  logStart: number,
): Promise<Launch> {
  const deadline = Date.now() + READY_LIMIT_MS;
  let lastError: unknown;
  while (isAlive(mark)) {
    const postmaster = findPostmaster(cluster);
    if (postmaster?.mark.pid === mark.pid && postmaster.status === "ready") {
      lastError = (await checkAnswers(password, port, cluster)).error;
      if (lastError === undefined) return { outcome: "ready", mark };
    }
    if (Date.now() > deadline) {
      const reason =
        lastError instanceof Error ? lastError.message : `not ready after ${READY_LIMIT_MS / 1000} s`;
      return { outcome: "failed", lastWords: `${await lastWords(log, logStart)}\n${reason}` };
    }
    await pause(LOOK_AGAIN_MS);
  }
  const words = await lastWords(log, logStart);
  if (PORT_TAKEN.test(words)) return { outcome: "port-taken", lastWords: words };
  return { outcome: STILL_IN_USE.test(words) ? "still-in-use" : "failed", lastWords: words };
}

/** Empties a log that has grown large. Returns where what comes now will begin. */
async function prepareLog(log: string): Promise<number> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0, // There is none yet.
  );
  if (size <= LOG_LIMIT_BYTES) return size;
  await truncate(log);
  return 0;
}

async function lastWords(log: string, start: number): Promise<string> {
  const handle = await open(log, "r");
  try {
    const { size } = await handle.stat();
    const from = Math.max(start, size - LAST_WORDS_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    await handle.read(buffer, 0, buffer.length, from);
    return buffer.toString("utf8").trim();
  } finally {
    await handle.close();
  }
}
