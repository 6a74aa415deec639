/**
 * The server belongs to one process and ends with it.
 *
 * `process.on("exit")` covers a normal end, `process.exit` and an uncaught error. A signal that nobody handles ends a
 * process without that event, so signals are listened to as well. Where somebody else handles one (Next.js answers its
 * requests first and then exits), it is left to them, because those requests need the server. `next dev` drops its
 * requests and kills this process a tenth of a second later, so there the server ends at once.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { processOptions } from "./account.ts";
import { EmbeddedServerError } from "./failure.ts";

/** Process ids are used again, at once in a container that starts anew, so it is recorded too when the process began. */
export const processMark = z.strictObject({
  pid: z.int().positive(),
  /** As the system tells it: only to be compared. */
  startedAt: z.string(),
});
export type ProcessMark = z.infer<typeof processMark>;

/** `ps` answers in milliseconds; one that hangs must not hang the exit of the process that asks. */
const PS_LIMIT_MS = 5_000;
/** Fields of /proc/<pid>/stat, counted behind the name, which stands in brackets and may hold any character. */
const STATE_AFTER_NAME = 0;
const START_AFTER_NAME = 19;

/** A fast shutdown rolls back and writes a checkpoint: with this size of memory, seconds on a slow disk. */
const FAST_LIMIT_MS = 30_000;
/** An immediate one only leaves; the next start recovers. */
const IMMEDIATE_LIMIT_MS = 5_000;
const LOOK_AGAIN_MS = 20;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A process that runs now; nothing where there is none, or a zombie. Synchronous, because exit hooks use it. */
export function observe(pid: number): { mark: ProcessMark; command: string } | undefined {
  // Small Linux images have no `ps`, and macOS has no /proc.
  const seen = process.platform === "linux" ? readProc(pid) : askPs(pid);
  if (seen === undefined || /^[ZX]/.test(seen.state)) return undefined;
  return { mark: { pid, startedAt: seen.startedAt }, command: seen.command };
}

type Seen = { state: string; startedAt: string; command: string };

function readProc(pid: number): Seen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { state: fields[STATE_AFTER_NAME] ?? "", startedAt: fields[START_AFTER_NAME] ?? "", command };
  } catch {
    return undefined; // No such process.
  }
}

function askPs(pid: number): Seen | undefined {
  const args = ["-ww", "-o", "state=,lstart=,command=", "-p", String(pid)];
  const ps = spawnSync("ps", args, { ...processOptions(undefined), encoding: "utf8", timeout: PS_LIMIT_MS });
  const [, state, startedAt, command] = /^(\S+)\s+((?:\S+\s+){4}\d{4})\s+(.*)/.exec(ps.stdout ?? "") ?? [];
  return state && startedAt && command ? { state, startedAt, command } : undefined;
}

export function isSame(one: ProcessMark, other: ProcessMark): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt;
}

/** Whether exactly this process still runs. */
export function isAlive(mark: ProcessMark): boolean {
  const seen = observe(mark.pid);
  return seen !== undefined && isSame(seen.mark, mark);
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return observe(process.pid)?.mark ?? { pid: process.pid, startedAt: "unknown" };
}

/**
 * The servers of this process, found through a symbol: a bundler can load this module several times, and two listeners
 * that each leave a signal to the other would keep the process from ending at all.
 */
const SERVERS = Symbol.for("once.embedded-servers");
const shared = globalThis as typeof globalThis & { [SERVERS]?: Set<ProcessMark> };

function ownServers(): Set<ProcessMark> {
  if (shared[SERVERS]) return shared[SERVERS];
  const servers = new Set<ProcessMark>();
  shared[SERVERS] = servers;
  const endAll = () => {
    for (const server of servers) signalServer(server, "SIGINT");
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const isHandledElsewhere = process.listenerCount(signal) > 1;
    if (!isHandledElsewhere || process.env.NODE_ENV === "development") endAll();
    if (isHandledElsewhere) return;
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal); // Now it does what it would have done without us.
  };
  process.on("exit", endAll);
  // In front, so that a listener that removes itself when called is still counted.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  return servers;
}

/** From now on the server ends when this process does. */
export function endWithProcess(server: ProcessMark): void {
  ownServers().add(server);
}

/** Ends the server and waits until it is gone. Does nothing where it is gone already. */
export async function endServer(server: ProcessMark): Promise<void> {
  signalServer(server, "SIGINT");
  if (!(await isGone(server, FAST_LIMIT_MS))) {
    signalServer(server, "SIGQUIT");
    if (!(await isGone(server, IMMEDIATE_LIMIT_MS))) {
      throw new EmbeddedServerError(
        `The embedded PostgreSQL (process ${server.pid}) did not end within ${(FAST_LIMIT_MS + IMMEDIATE_LIMIT_MS) / 1000} seconds: end that process.`,
      );
    }
  }
  ownServers().delete(server);
}

/** Resolves with whether the process went within the limit. */
async function isGone(mark: ProcessMark, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (isAlive(mark)) {
    if (Date.now() > deadline) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

/** SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one. Never sent to a stranger who got the number since. */
function signalServer(server: ProcessMark, signal: "SIGINT" | "SIGQUIT"): void {
  if (!isAlive(server)) return;
  try {
    process.kill(server.pid, signal);
  } catch (error) {
    const isAlreadyGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isAlreadyGone) throw error;
  }
}
