/** Crashes of PostgreSQL, each of which lasts until it has recovered. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { TestBed } from "../test-bed.ts";
import { activeBackend } from "./database-faults.ts";
import { atNext, type Fault, POLL_INTERVAL_MS } from "./fault.ts";

/** A server that crashed has recovered by then, on a slow disk, too; one that has not will not, and the run ends. */
const RECOVERY_LIMIT_MS = 120_000;

export const CRASH_AT_ANSWER = "postmaster killed (SIGKILL): somebody hears of a payment";
export const CRASH_AT_REVOCATION = "postmaster killed (SIGKILL): somebody hears that a key is void";

/** The checkpointer's process: another one each time PostgreSQL has started again after a crash. */
async function checkpointer({ admin }: TestBed): Promise<number | undefined> {
  const [found] = await admin<{ pid: number }[]>`
    select pid from pg_stat_activity where backend_type = 'checkpointer'`;
  return found?.pid;
}

/** Waits for the recovery after `crash`: a backend still answers for a moment, before it notices. */
async function withRecovery(testBed: TestBed, crash: () => Promise<boolean>): Promise<boolean> {
  const before = await checkpointer(testBed);
  if (!(await crash())) return false;
  const deadline = performance.now() + RECOVERY_LIMIT_MS;
  for (;;) {
    // Refused while it recovers.
    const now = await checkpointer(testBed).catch(() => undefined);
    if (now !== undefined && now !== before) return true;
    if (performance.now() > deadline) throw new Error("PostgreSQL did not start again.");
    await sleep(POLL_INTERVAL_MS);
  }
}

/** At the very event after which what was told must be on disk. */
function killPostmaster(name: string, event: "answered" | "revoked"): Fault {
  return {
    name,
    isCheap: false,
    async inject(testBed) {
      const [folder] = await testBed.admin<{ path: string }[]>`
        select current_setting('data_directory') as path`;
      const [pid] = readFileSync(`${folder?.path}/postmaster.pid`, "utf8").split("\n");
      return withRecovery(testBed, async () => {
        const isKilled = await atNext(testBed, event, () => process.kill(Number(pid), "SIGKILL"));
        if (isKilled) await testBed.restartDatabase();
        return isKilled;
      });
    },
  };
}

export const postgresCrashes: readonly Fault[] = [
  {
    name: "backend killed (SIGKILL)",
    isCheap: false,
    async inject(testBed) {
      const pid = await activeBackend(testBed);
      if (pid === undefined) return false;
      return withRecovery(testBed, async () => {
        try {
          return process.kill(pid, "SIGKILL");
        } catch {
          // It ended by itself meanwhile.
          return false;
        }
      });
    },
  },
  killPostmaster(CRASH_AT_ANSWER, "answered"),
  killPostmaster(CRASH_AT_REVOCATION, "revoked"),
];
