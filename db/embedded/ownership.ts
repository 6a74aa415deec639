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

/** Process ids are reused, at once in a restarted container, so the start time is recorded as well. */
export const processIdentity = z.strictObject({
  pid: z.int().positive(),
  /** In the form of /proc or `ps`: only to be compared. */
  startedAt: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** `ps` answers in milliseconds; one that hangs must not hang the exit of the process that asks. */
const PS_LIMIT_MS = 5_000;
/** Fields of /proc/<pid>/stat, counted behind the name, which stands in brackets and may hold any character. */
const STATE_AFTER_NAME = 0;
const START_AFTER_NAME = 19;

/** A fast shutdown rolls back and writes a checkpoint: with this size of memory, seconds on a slow disk. */
const SHUTDOWN_LIMIT_MS = 30_000;
const LOOK_AGAIN_MS = 20;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** A process that runs now; nothing where there is none, or a zombie. Synchronous, because exit hooks use it. */
export function observe(pid: number): { identity: ProcessIdentity; command: string } | undefined {
  // Small Linux images have no `ps`, and macOS has no /proc.
  const seen = process.platform === "linux" ? readProc(pid) : askPs(pid);
  if (seen === undefined || /^[ZX]/.test(seen.state)) return undefined;
  return { identity: { pid, startedAt: seen.startedAt }, command: seen.command };
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

export function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt;
}

/** Whether exactly this process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const seen = observe(identity.pid);
  return seen !== undefined && isSame(seen.identity, identity);
}

/** The identity of this process. */
export function ownIdentity(): ProcessIdentity {
  return observe(process.pid)?.identity ?? { pid: process.pid, startedAt: "unknown" };
}

/**
 * The servers of this process, found through a symbol: a bundler can load this module several times, and two listeners
 * that each leave a signal to the other would keep the process from ending at all.
 */
const SERVERS = Symbol.for("once.embedded-servers");
const shared = globalThis as typeof globalThis & { [SERVERS]?: Set<ProcessIdentity> };

function ownServers(): Set<ProcessIdentity> {
  if (shared[SERVERS]) return shared[SERVERS];
  const servers = new Set<ProcessIdentity>();
  shared[SERVERS] = servers;
  const endAll = () => {
    for (const server of servers) signalFastShutdown(server);
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
export function endWithProcess(server: ProcessIdentity): void {
  ownServers().add(server);
}

/** Ends the server and waits until it is gone. Does nothing where it is gone already. */
export async function endServer(server: ProcessIdentity): Promise<void> {
  signalFastShutdown(server);
  const deadline = Date.now() + SHUTDOWN_LIMIT_MS;
  while (isAlive(server)) {
    if (Date.now() > deadline) {
      throw new EmbeddedServerError(
        `The embedded PostgreSQL (process ${server.pid}) did not end within ${SHUTDOWN_LIMIT_MS / 1000} seconds: end that process.`,
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
  ownServers().delete(server);
}

/** SIGINT is PostgreSQL's fast shutdown. Never sent to another process that got the number since. */
function signalFastShutdown(server: ProcessIdentity): void {
  try {
    if (isAlive(server)) process.kill(server.pid, "SIGINT");
  } catch {
    // It has ended meanwhile. Where it has not, endServer says so after its limit.
  }
}
