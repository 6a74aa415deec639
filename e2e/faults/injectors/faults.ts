/** Every fault of the proving ground: what it does, and whether it was seen to happen. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { FAULT_POINTS, type FaultKind, type FaultPoint } from "../../../db/testing/proxies/wire-proxy.ts";
import type { Stage } from "../environment.ts";
import type { HttpFault } from "./http-proxy.ts";

export type ProvingFault = {
  name: string;
  /** A cheap one is over at once and done often; others stop a server for seconds. */
  isCheap: boolean;
  /** Does it once. True where it was seen to happen; waits no longer for an occasion than a moment. */
  fire(stage: Stage): Promise<boolean>;
};

/** A payment passes within this, even right after something else was broken. */
const OCCASION_MS = 6_000;
const LOOK_AGAIN_MS = 10;
/** Longer than a payment waits for a lock, so that some give it up and try again. */
const HELD_MS = 800;
/** Enough that some of the keys are being looked at, and paid with, when their time is over. */
const EXPIRIES = 10;
/** As many as the server seats. */
const CROWD = 200;
/** Payments are tried meanwhile, and find no seat. */
const CROWDED_MS = 1_000;
/** Only statements that settle carry request hashes. */
const SETTLING = "request_hash";

async function until(isSo: () => boolean): Promise<boolean> {
  const deadline = performance.now() + OCCASION_MS;
  while (!isSo()) {
    if (performance.now() > deadline) return false;
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}

/** Breaks the conversation between a server and PostgreSQL, at the next statement that settles. */
async function strike(stage: Stage, point: FaultPoint, kind: FaultKind): Promise<boolean> {
  const armed = stage.wire.arm({ point, kind, matching: SETTLING, times: 1 });
  const hasFired = await until(() => armed.times === 0);
  armed.disarm();
  return hasFired;
}

const KINDS = ["cut", "black-hole", "half-close", "delay"] as const;

const wireFaults = FAULT_POINTS.flatMap((point) =>
  KINDS.map(
    (kind): ProvingFault => ({
      name: `database connection: ${kind} ${point}`,
      isCheap: true,
      fire: (stage) => strike(stage, point, kind),
    }),
  ),
);

const HTTP_FAULTS = ["drop-answer", "duplicate", "delay", "reorder"] as const satisfies readonly HttpFault[];
const overHttp = <Fault extends HttpFault>(fault: Fault) => `client connection: ${fault}` as const;

const httpFaults = HTTP_FAULTS.map(
  (fault): ProvingFault => ({
    name: overHttp(fault),
    isCheap: true,
    async fire({ http }) {
      const before = http.fired(fault);
      const disarm = http.arm(fault);
      const hasFired = await until(() => http.fired(fault) > before);
      disarm();
      return hasFired;
    },
  }),
);

/** The process of a backend that serves one of our servers and is not idle, where there is one just now. */
async function busyBackend({ admin }: Stage): Promise<number | undefined> {
  const deadline = performance.now() + OCCASION_MS;
  while (performance.now() < deadline) {
    const [busy] = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity
       where application_name in ('once settling', 'once keys') and state <> 'idle' limit 1`;
    if (busy) return busy.pid;
  }
  return undefined;
}

/** A server that crashed has recovered by then, on a slow disk, too; one that has not will not, and the run ends. */
const RECOVERY_LIMIT_MS = 120_000;

/** The process that writes checkpoints: another one each time PostgreSQL has started again after a crash. */
async function checkpointer({ admin }: Stage): Promise<number | undefined> {
  const [found] = await admin<{ pid: number }[]>`
    select pid from pg_stat_activity where backend_type = 'checkpointer'`;
  return found?.pid;
}

/**
 * Makes PostgreSQL crash, where `crash` finds an occasion, and waits until it has started again, so that one fault is over
 * before the next: for a moment after the crash it still answers, because it has not noticed yet.
 */
async function crashed(stage: Stage, crash: () => Promise<boolean>): Promise<boolean> {
  const before = await checkpointer(stage);
  if (!(await crash())) return false;
  const deadline = performance.now() + RECOVERY_LIMIT_MS;
  for (;;) {
    try {
      const now = await checkpointer(stage);
      if (now !== undefined && now !== before) return true;
    } catch (error) {
      // It recovers from the crash that we made.
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error("PostgreSQL did not start again.");
    await sleep(LOOK_AGAIN_MS);
  }
}

/** The moments at which the whole of PostgreSQL is killed: the machine's power going away, as far as it can tell. */
const CRASH = {
  answered: "postmaster killed (SIGKILL): somebody hears of a payment",
  revoked: "postmaster killed (SIGKILL): somebody hears that a key is void",
} as const;
const TERMINATED = "backend terminated (57P01)";
const REAPED = "keys reaped while they are used";
/** What some bugs do harm at, and hardly elsewhere. */
export const NEEDED = {
  ...CRASH,
  terminated: TERMINATED,
  reaped: REAPED,
  unanswered: overHttp("drop-answer"),
} as const;

/** At the very moment at which it is told: it must be on disk. */
function postmasterKilled(name: string, moment: keyof typeof CRASH): ProvingFault {
  return {
    name,
    isCheap: false,
    async fire(stage) {
      const [folder] = await stage.admin<
        { path: string }[]
      >`select current_setting('data_directory') as path`;
      const [pid] = readFileSync(`${folder?.path}/postmaster.pid`, "utf8").split("\n");
      return crashed(stage, async () => {
        let isKilled = false;
        const forget = stage.http.onNext(moment, () => {
          process.kill(Number(pid), "SIGKILL");
          isKilled = true;
        });
        await until(() => isKilled);
        forget();
        if (isKilled) await stage.restartDatabase();
        return isKilled;
      });
    },
  };
}

const databaseFaults: ProvingFault[] = [
  {
    name: TERMINATED,
    isCheap: true,
    async fire(stage) {
      const pid = await busyBackend(stage);
      if (pid === undefined) return false;
      const [ended] = await stage.admin<{ ended: boolean }[]>`select pg_terminate_backend(${pid}) as ended`;
      return ended?.ended ?? false;
    },
  },
  {
    name: "statement cancelled (57014)",
    isCheap: true,
    async fire(stage) {
      const pid = await busyBackend(stage);
      if (pid === undefined) return false;
      const [cancelled] = await stage.admin<{ ended: boolean }[]>`select pg_cancel_backend(${pid}) as ended`;
      return cancelled?.ended ?? false;
    },
  },
  {
    name: "backend killed (SIGKILL)",
    isCheap: false,
    async fire(stage) {
      const pid = await busyBackend(stage);
      if (pid === undefined) return false;
      return crashed(stage, async () => {
        try {
          return process.kill(pid, "SIGKILL");
        } catch {
          // Its connection was given up in the meantime.
          return false;
        }
      });
    },
  },
  postmasterKilled(CRASH.answered, "answered"),
  postmasterKilled(CRASH.revoked, "revoked"),
  {
    name: "connections exhausted (53300)",
    isCheap: false,
    async fire(stage) {
      const role = new URL(stage.database.adminUrl);
      role.pathname = "/once";
      // As the application's own role, and so without the seats that are kept for a superuser.
      role.username = "once_app";
      const crowd = postgres(role.href, { max: CROWD, onnotice: () => {}, max_lifetime: null });
      // Whoever is refused asks again at once: a seat that becomes free is taken.
      let isOver = false;
      let isFull = false;
      const seats = Array.from({ length: CROWD }, async () => {
        while (!isOver) {
          await crowd`select pg_sleep(0.2)`.catch((error: Error & { code?: string }) => {
            isFull ||= error.code === "53300";
          });
        }
      });
      // Connections that the servers have, they keep: they lose them, and find no others.
      await until(() => isFull);
      const lost = isFull
        ? await stage.admin`
            select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('once settling', 'once keys')`
        : [];
      await sleep(CROWDED_MS);
      isOver = true;
      await Promise.all(seats);
      await crowd.end({ timeout: 5 });
      return lost.length > 0;
    },
  },
  {
    name: "a stranger holds an account's lock",
    isCheap: true,
    async fire({ owner, admin }) {
      const stranger = await owner.reserve();
      try {
        // Locks, and writes nothing.
        await stranger`begin`;
        const [row] = await stranger`
          select id from ledger_accounts where owner_id is not null order by version desc limit 1 for update`;
        let isWaitedFor = false;
        const untilMs = performance.now() + HELD_MS;
        while (performance.now() < untilMs) {
          const [waiter] = await admin`
            select 1 from pg_stat_activity
             where application_name = 'once settling' and cardinality(pg_blocking_pids(pid)) > 0 limit 1`;
          isWaitedFor ||= waiter !== undefined;
          await sleep(LOOK_AGAIN_MS);
        }
        return row !== undefined && isWaitedFor;
      } finally {
        await stranger`rollback`;
        stranger.release();
      }
    },
  },
  {
    name: REAPED,
    isCheap: true,
    async fire({ owner }) {
      let expired = 0;
      for (let time = 1; time <= EXPIRIES; time += 1) {
        // The newest are those in use: keys begin with the time. Without waiting for anybody, as the reaper does.
        const newest = await owner`
          with newest as materialized (
            select user_id, key from idempotency_keys order by key desc limit 20 for update skip locked
          )
          update idempotency_keys k set expires_at = now() - interval '1 day'
            from newest n where k.user_id = n.user_id and k.key = n.key`;
        expired += newest.count;
        await sleep(LOOK_AGAIN_MS);
      }
      // Until here they stayed: a key whose time is over is open for as long as it is there.
      const [reaped] = await owner<{ keys: number }[]>`select reap_keys_v1(100)::integer as keys`;
      return expired > 0 && (reaped?.keys ?? 0) > 0;
    },
  },
];

export const faults: readonly ProvingFault[] = [...wireFaults, ...httpFaults, ...databaseFaults];
