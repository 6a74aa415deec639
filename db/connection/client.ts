/**
 * Four connection pools, so that one kind of load cannot starve another: settling moves money, keys are issued and revoked,
 * the rest reads and signs people in, and whoever watches over the service asks apart from all of them. A pool that did not respond in time is replaced.
 *
 * Money never moves in an interactive transaction: postgres.js can break one in half when a connection dies, and go on
 * with its second half on another connection (porsager/postgres #1204, #1216).
 */
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { withReadDeadline } from "../execution/read-deadline.ts";
import * as attempts from "../schema/attempts.ts";
import * as auth from "../schema/auth.ts";
import * as currencies from "../schema/currencies.ts";
import * as keys from "../schema/idempotency-keys.ts";
import * as ledger from "../schema/ledger.ts";
import * as mail from "../schema/mail.ts";
import * as operators from "../schema/operators.ts";
import * as orders from "../schema/orders.ts";
import * as paymentLinks from "../schema/payment-links.ts";
import * as payments from "../schema/payments.ts";
import * as reconciliation from "../schema/reconciliation.ts";
import * as securityEvents from "../schema/security-events.ts";
import * as serviceMinutes from "../schema/service-minutes.ts";
import { openPool, type Pool } from "./pool.ts";
import type { PoolLoad } from "./pool-load.ts";
import { redactQueryErrors } from "./redact-errors.ts";
import type { Sql } from "./sql.ts";

export type { Sql } from "./sql.ts";

export const schema = {
  ...attempts,
  ...auth,
  ...currencies,
  ...keys,
  ...ledger,
  ...mail,
  ...operators,
  ...orders,
  ...paymentLinks,
  ...payments,
  ...reconciliation,
  ...serviceMinutes,
  ...securityEvents,
};

/** More connections than the server has cores would only queue for locks. */
const SETTLING_CONNECTIONS = 8;
/** Many forms that are opened at once queue here, beside the payments, not before them. */
const KEY_CONNECTIONS = 8;
const READING_CONNECTIONS = 12;
/** One asks whether payments can be settled, the other reads for the metrics. */
const WATCHING_CONNECTIONS = 2;
const CONNECTIONS = {
  settling: SETTLING_CONNECTIONS,
  keys: KEY_CONNECTIONS,
  reading: READING_CONNECTIONS,
  watching: WATCHING_CONNECTIONS,
};
/**
 * Pools that were given up and may still end what runs on them. Where they are given up faster than they end, the oldest
 * is closed at once, so that abandoned statements do not use up the server's connections.
 */
const ENDING_POOLS_MAX = 3;

type PoolName = keyof typeof CONNECTIONS;
/** The pools whose statements decide something and are sent again by `untilKnown`. */
export type DecidingPool = Exclude<PoolName, "reading" | "watching">;

export type Database = {
  readonly settling: Sql;
  readonly keys: Sql;
  /** Everything that moves no money: reads, sign-in, orders. Each statement has a deadline; survives a replaced pool. */
  readonly reading: PostgresJsDatabase<typeof schema>;
  /** The same without Drizzle. It has no serializer of JSON, which Drizzle takes away: pass text and cast it. */
  readonly readingSql: Sql;
  /** For readiness and metrics: a server that is busy is not taken for one that is away. Whoever uses it keeps a deadline. */
  readonly watching: Sql;
  /** How busy each pool is, and how often one did not respond in time and was replaced. */
  load(): Record<PoolName, PoolLoad & { replaced: number }>;
  /**
   * How often the wait for a synchronous standby was cancelled: the statement then reports success although the standby may
   * not have the commit. The outcome of whatever was in flight is unknown.
   */
  readonly standbyWaitsCut: number;
  /**
   * Replaces `hanging` by a new pool, unless that has happened already. What still runs on the old one may end within a few
   * seconds; what waits there for a connection fails.
   */
  replacePool(name: PoolName, hanging: Sql): void;
  /** Waits for running statements, then closes. */
  close(): Promise<void>;
};

/** Opens the pools to `url`. `serverVersion` is the major version. */
export function connect(url: string, serverVersion: number): Database {
  redactQueryErrors();
  let standbyWaitsCut = 0;
  const open = (name: PoolName): Pool => {
    const pool = openPool(url, {
      name,
      connectionsMax: CONNECTIONS[name],
      serverVersion,
      onNotice(notice) {
        if (notice.routine === "SyncRepWaitForLSN") standbyWaitsCut += 1;
      },
    });
    // Drizzle sets the parsers and serializers of a pool that it is given as its results need them.
    return name === "reading" ? { ...pool, sql: drizzle(pool.sql).$client } : pool;
  };
  const pools: Record<PoolName, Pool> = {
    settling: open("settling"),
    keys: open("keys"),
    reading: open("reading"),
    watching: open("watching"),
  };
  const replaced: Record<PoolName, number> = { settling: 0, keys: 0, reading: 0, watching: 0 };
  /** Oldest first, each with its end. */
  const ending = new Map<Pool, Promise<void>>();
  const replacePool: Database["replacePool"] = (name, hanging) => {
    const old = pools[name];
    if (old.sql !== hanging) return;
    replaced[name] += 1;
    pools[name] = open(name);
    ending.set(
      old,
      old.end().finally(() => ending.delete(old)),
    );
    for (const pool of [...ending.keys()].slice(0, -ENDING_POOLS_MAX)) pool.cut();
  };
  const readingSql = withReadDeadline(
    () => pools.reading.sql,
    (hanging) => replacePool("reading", hanging),
  );
  return {
    get settling() {
      return pools.settling.sql;
    },
    get keys() {
      return pools.keys.sql;
    },
    reading: drizzle(readingSql, { schema }),
    readingSql,
    get watching() {
      return pools.watching.sql;
    },
    load() {
      const of = (name: PoolName) => ({ ...pools[name].load(), replaced: replaced[name] });
      return {
        settling: of("settling"),
        keys: of("keys"),
        reading: of("reading"),
        watching: of("watching"),
      };
    },
    get standbyWaitsCut() {
      return standbyWaitsCut;
    },
    replacePool,
    async close() {
      await Promise.all([...ending.values(), ...Object.values(pools).map((pool) => pool.end())]);
    },
  };
}

// On globalThis, because development reloads modules, and start-up and routes may be bundled apart; the pools are one.
const slot = globalThis as typeof globalThis & { onceDatabase?: Database };

/** Makes `db` the database of this process. Called by start-up, and by tests. */
export function setDatabase(db: Database): void {
  slot.onceDatabase = db;
}

/** How busy the pools are; none before start-up has connected them. */
export function poolLoads(): Partial<ReturnType<Database["load"]>> {
  return slot.onceDatabase?.load() ?? {};
}

/** The database of this process. Throws where start-up has not run. */
export function database(): Database {
  if (!slot.onceDatabase) throw new Error("Bug: the database is used before start-up connected it.");
  return slot.onceDatabase;
}
