/** Faults of PostgreSQL's sessions: ended, cancelled, too many, blocked; and keys that expire while they are used. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import type { TestBed } from "../test-bed.ts";
import { type Fault, OCCASION_LIMIT_MS, POLL_INTERVAL_MS, waitUntil } from "./fault.ts";

/** Longer than a payment waits for a lock, so that some give it up and try again. */
const LOCK_HELD_MS = 800;
/** Enough that some of the keys are being read, and paid with, when they expire. */
const EXPIRIES = 10;
/** The server's max_connections. */
const MAX_CONNECTIONS = 200;
/** Payments are tried meanwhile, and get no connection. */
const EXHAUSTED_MS = 1_000;

export const TERMINATED = "backend terminated (57P01)";
export const KEYS_REAPED = "keys reaped while they are used";

/** The process of a backend that is serving the application just now. */
export async function activeBackend({ admin }: TestBed): Promise<number | undefined> {
  const deadline = performance.now() + OCCASION_LIMIT_MS;
  while (performance.now() < deadline) {
    const [active] = await admin<{ pid: number }[]>`
      select pid from pg_stat_activity
       where application_name in ('once settling', 'once keys') and state <> 'idle' limit 1`;
    if (active) return active.pid;
  }
  return undefined;
}

function signalBackend(name: string, how: "pg_terminate_backend" | "pg_cancel_backend"): Fault {
  return {
    name,
    isCheap: true,
    async inject(testBed) {
      const pid = await activeBackend(testBed);
      if (pid === undefined) return false;
      const [row] = await testBed.admin<{ sent: boolean }[]>`select ${testBed.admin(how)}(${pid}) as sent`;
      return row?.sent ?? false;
    },
  };
}

export const databaseFaults: readonly Fault[] = [
  signalBackend(TERMINATED, "pg_terminate_backend"),
  signalBackend("statement cancelled (57014)", "pg_cancel_backend"),
  {
    name: "connections exhausted (53300)",
    isCheap: false,
    async inject({ admin, database }) {
      const url = new URL(database.adminUrl);
      url.pathname = "/once";
      // As the application's own role: some connections are reserved for superusers.
      url.username = "once_app";
      const pool = postgres(url.href, { max: MAX_CONNECTIONS, onnotice: () => {}, max_lifetime: null });
      let isOver = false;
      let isFull = false;
      // Each asks again at once, so that a connection that becomes free is taken.
      const clients = Array.from({ length: MAX_CONNECTIONS }, async () => {
        while (!isOver) {
          await pool`select pg_sleep(0.2)`.catch((error: Error & { code?: string }) => {
            isFull ||= error.code === "53300";
          });
        }
      });
      await waitUntil(() => isFull);
      // The servers would keep the connections that they have.
      const ended = isFull
        ? await admin`
            select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('once settling', 'once keys')`
        : [];
      await sleep(EXHAUSTED_MS);
      isOver = true;
      await Promise.all(clients);
      await pool.end({ timeout: 5 });
      return ended.length > 0;
    },
  },
  {
    name: "a stranger holds an account's lock",
    isCheap: true,
    async inject({ owner, admin }) {
      const blocker = await owner.reserve();
      try {
        await blocker`begin`;
        const [row] = await blocker`
          select id from ledger_accounts where owner_id is not null order by version desc limit 1 for update`;
        let isWaitedFor = false;
        const untilMs = performance.now() + LOCK_HELD_MS;
        while (performance.now() < untilMs) {
          const [waiter] = await admin`
            select 1 from pg_stat_activity
             where application_name = 'once settling' and cardinality(pg_blocking_pids(pid)) > 0 limit 1`;
          isWaitedFor ||= waiter !== undefined;
          await sleep(POLL_INTERVAL_MS);
        }
        return row !== undefined && isWaitedFor;
      } finally {
        await blocker`rollback`;
        blocker.release();
      }
    },
  },
  {
    name: KEYS_REAPED,
    isCheap: true,
    async inject({ owner }) {
      let expired = 0;
      for (let time = 1; time <= EXPIRIES; time += 1) {
        // Keys begin with their time, and the newest are in use. Skips locked rows, as the reaper does.
        const newest = await owner`
          with newest as materialized (
            select user_id, key from idempotency_keys order by key desc limit 20 for update skip locked
          )
          update idempotency_keys k set expires_at = now() - interval '1 day'
            from newest n where k.user_id = n.user_id and k.key = n.key`;
        expired += newest.count;
        await sleep(POLL_INTERVAL_MS);
      }
      // An expired key stays open until it is reaped.
      const [reaped] = await owner<{ keys: number }[]>`select reap_keys_v1(100)::integer as keys`;
      return expired > 0 && (reaped?.keys ?? 0) > 0;
    },
  },
];
