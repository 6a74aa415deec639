/**
 * Which process it is, not merely which number it has: process ids are used again, at once in a container that starts
 * anew, so a recorded id alone would take a stranger for the owner of a server.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { z } from "zod";

export const processMark = z.strictObject({
  pid: z.int().positive(),
  /** When it started, in words that only compare equal for the same process. */
  startedAt: z.string(),
});
export type ProcessMark = z.infer<typeof processMark>;

/** `ps` answers in milliseconds; one that hangs must not hang the exit of the process that asks. */
const PS_LIMIT_MS = 5_000;

/** `command` is the whole command line, or nothing where the system does not tell it. */
type Observed = { mark: ProcessMark; command: string | undefined };

/** In /proc/<pid>/stat the name stands in brackets and may hold any character, so the fields are counted behind it. */
const STATE_AFTER_NAME = 0;
const START_TIME_AFTER_NAME = 19;

function observeLinux(pid: number): Observed | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[STATE_AFTER_NAME];
    const startTicks = fields[START_TIME_AFTER_NAME];
    if (state === "Z" || state === "X" || startTicks === undefined) return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
    return { mark: { pid, startedAt: `${boot}/${startTicks}` }, command };
  } catch {
    return undefined; // No such process: /proc has no folder of that number.
  }
}

function observeUnix(pid: number): Observed | undefined {
  const ps = spawnSync("ps", ["-ww", "-o", "state=,lstart=,command=", "-p", String(pid)], {
    encoding: "utf8",
    timeout: PS_LIMIT_MS,
    env: {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      LC_ALL: "C",
      TZ: "UTC",
      NODE_ENV: process.env.NODE_ENV,
    },
  });
  const line = (ps.stdout ?? "").trim();
  const [state, weekday, month, day, time, year] = line.split(/\s+/);
  if (ps.status !== 0 || !state || year === undefined || state.startsWith("Z")) return undefined;
  return { mark: { pid, startedAt: [weekday, month, day, time, year].join(" ") }, command: line };
}

/** Windows tells neither the start nor the command line without a slow query, so there the number has to do. */
function observeByNumber(pid: number): Observed | undefined {
  try {
    process.kill(pid, 0);
    return { mark: { pid, startedAt: "unknown" }, command: undefined };
  } catch {
    return undefined; // No such process.
  }
}

function observe(pid: number): Observed | undefined {
  if (process.platform === "linux") return observeLinux(pid);
  return process.platform === "win32" ? observeByNumber(pid) : observeUnix(pid);
}

/** The mark of a process that runs now; absent where there is none (a zombie is none). Synchronous: exit hooks use it. */
export function markOf(pid: number): ProcessMark | undefined {
  return observe(pid)?.mark;
}

/** The mark of process `pid` where its command line names `path`, or where the system does not tell command lines. */
export function markOfProcessNaming(pid: number, path: string): ProcessMark | undefined {
  const observed = observe(pid);
  return observed && (observed.command?.includes(path) ?? true) ? observed.mark : undefined;
}

export function isSame(one: ProcessMark, other: ProcessMark): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt;
}

/** Whether exactly this process still runs. */
export function isAlive(mark: ProcessMark): boolean {
  const present = markOf(mark.pid);
  return present !== undefined && isSame(present, mark);
}

/** The mark of this process. */
export function ownMark(): ProcessMark {
  return markOf(process.pid) ?? { pid: process.pid, startedAt: "unknown" };
}
