/**
 * The connections. Three pools, so that one kind of load cannot starve another: settling moves money, keys are issued
 * and revoked, the rest reads and signs people in. All are set to give up by themselves: no lock is held for ever.
 *
 * Money never moves in an interactive transaction: postgres.js can break one in half when a connection dies, and go on
 * with its second half on another connection (porsager/postgres #1204, #1216).
 */
import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { keepParametersOutOfErrors } from "./quiet-errors.ts";
import * as attempts from "./schema/attempts.ts";
import * as auth from "./schema/auth.ts";
import * as keys from "./schema/idempotency-keys.ts";
import * as ledger from "./schema/ledger.ts";
import * as orders from "./schema/orders.ts";
import * as payments from "./schema/payments.ts";
import { connector, type UntypedOptions } from "./socket.ts";

export const schema = { ...attempts, ...auth, ...keys, ...ledger, ...orders, ...payments };

/** A settle statement takes milliseconds; one that takes this long is stuck, and its outcome is asked for again. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** Somebody else's lock is waited for this long, then the statement gives up and is tried again. */
const LOCK_TIMEOUT_MS = 2_000;
/** We never hold a transaction open between statements; a backend that does has lost its client. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/** The only limit that ends a backend whose client vanished between Execute and Sync (PostgreSQL 17 and newer). */
const TRANSACTION_TIMEOUT_MS = 6_000;
/** The server, too, finds out that a client is gone: it probes idle connections, and gives up unread answers. */
const SERVER_KEEPALIVES_IDLE_S = 10;
const SERVER_TCP_USER_TIMEOUT_MS = 10_000;
/** How long to wait for a new connection. */
const CONNECT_TIMEOUT_S = 5;
/** Settling gains nothing from more connections than the server has cores to run them; they only queue for locks. */
const SETTLING_CONNECTIONS = 8;
/** A flood of opening forms queues here, beside the payments, not before them. */
const KEY_CONNECTIONS = 8;
const READING_CONNECTIONS = 12;

export type Sql = postgres.Sql<{ bigint: bigint }>;
/** The pools whose statements decide something and are sent again by `untilKnown`. */
export type DecidingPool = "settling" | "keys";

export type Database = {
  readonly settling: Sql;
  readonly keys: Sql;
  /** Everything that moves no money: reads, sign-in, orders. */
  readonly reading: PostgresJsDatabase<typeof schema>;
  readonly readingSql: Sql;
  /**
   * How often somebody cut short the wait for a synchronous standby: the statement then says "committed" although the
   * standby may not have it. Whatever was being answered meanwhile is unknown.
   */
  readonly standbyWaitsCut: number;
  /** Puts a new pool in the place of `hanging`, unless that has happened already; what still runs on it may end. */
  replacePool(name: DecidingPool, hanging: Sql): void;
  /** Waits for running statements, then closes. */
  close(): Promise<void>;
};

/** How long statements that still run may take to end before their connections are cut. */
const CLOSE_TIMEOUT_S = 5;

/** Opens the pools to `url`. `serverVersion` is the major version: an unknown setting would refuse the connection. */
export function connect(url: string, serverVersion: number): Database {
  keepParametersOutOfErrors();
  let standbyWaitsCut = 0;
  const pool = (name: string, max: number): Sql => {
    const options: postgres.Options<{ bigint: postgres.PostgresType<bigint> }> & UntypedOptions = {
      max,
      socket: connector(),
      connect_timeout: CONNECT_TIMEOUT_S,
      // One statement at a time on a connection: none waits behind a stranger's lock, or is lost with a stranger.
      max_pipeline: 0,
      onnotice(notice) {
        if (notice.routine === "SyncRepWaitForLSN") standbyWaitsCut += 1;
      },
      // Rows of the functions arrive as their TypeScript types say: camelCase, and 64-bit integers as BigInt.
      transform: { column: { from: postgres.toCamel } },
      types: { bigint: postgres.BigInt },
      connection: {
        application_name: `once ${name}`,
        // What the server, the database or the role may be set to otherwise; the functions check these again.
        default_transaction_isolation: "read committed",
        statement_timeout: STATEMENT_TIMEOUT_MS,
        lock_timeout: LOCK_TIMEOUT_MS,
        idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
        tcp_keepalives_idle: SERVER_KEEPALIVES_IDLE_S,
        tcp_user_timeout: SERVER_TCP_USER_TIMEOUT_MS,
        ...(serverVersion >= 17 ? { transaction_timeout: TRANSACTION_TIMEOUT_MS } : {}),
      },
    };
    return postgres(url, options);
  };
  const deciding: Record<DecidingPool, Sql> = {
    settling: pool("settling", SETTLING_CONNECTIONS),
    keys: pool("keys", KEY_CONNECTIONS),
  };
  const sizes: Record<DecidingPool, number> = { settling: SETTLING_CONNECTIONS, keys: KEY_CONNECTIONS };
  const readingSql = pool("reading", READING_CONNECTIONS);
  const ending = new Set<Promise<void>>();
  return {
    get settling() {
      return deciding.settling;
    },
    get keys() {
      return deciding.keys;
    },
    reading: drizzle(readingSql, { schema }),
    readingSql,
    get standbyWaitsCut() {
      return standbyWaitsCut;
    },
    replacePool(name, hanging) {
      if (deciding[name] !== hanging) return;
      deciding[name] = pool(name, sizes[name]);
      const end = hanging.end({ timeout: CLOSE_TIMEOUT_S }).finally(() => ending.delete(end));
      ending.add(end);
    },
    async close() {
      const open = [deciding.settling, deciding.keys, readingSql];
      await Promise.all([...ending, ...open.map((sql) => sql.end({ timeout: CLOSE_TIMEOUT_S }))]);
    },
  };
}

// On globalThis, because development reloads modules, and start-up and routes may be bundled apart; the pools are one.
const slot = globalThis as typeof globalThis & { onceDatabase?: Database };

/** Makes `db` the database of this process. Called by start-up, and by tests. */
export function setDatabase(db: Database): void {
  slot.onceDatabase = db;
}

/** The database of this process. Throws where start-up has not run. */
export function database(): Database {
  if (!slot.onceDatabase) throw new Error("Bug: the database is used before start-up connected it.");
  return slot.onceDatabase;
}
