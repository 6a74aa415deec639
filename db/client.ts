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

export const schema = { ...attempts, ...auth, ...keys, ...ledger, ...orders, ...payments };

/** A settle statement takes milliseconds; one that takes this long is stuck, and its outcome is asked for again. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** Somebody else's lock is waited for this long, then the statement gives up and is tried again. */
const LOCK_TIMEOUT_MS = 2_000;
/** We never hold a transaction open between statements; a backend that does has lost its client. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/** The only limit that ends a backend whose client vanished between Execute and Sync (PostgreSQL 17 and newer). */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** How long to wait for a new connection. */
const CONNECT_TIMEOUT_S = 5;
/** Settling gains nothing from more connections than the server has cores to run them; they only queue for locks. */
const SETTLING_CONNECTIONS = 8;
/** A flood of opening forms queues here, beside the payments, not before them. */
const KEY_CONNECTIONS = 8;
const READING_CONNECTIONS = 12;

export type Sql = postgres.Sql<{ bigint: bigint }>;

export type Database = {
  settling: Sql;
  keys: Sql;
  /** Everything that moves no money: reads, sign-in, orders. */
  reading: PostgresJsDatabase<typeof schema>;
  readingSql: Sql;
  /** Waits for running statements, then closes. */
  close(): Promise<void>;
};

function pool(url: string, name: string, max: number, serverVersion: number): Sql {
  return postgres(url, {
    max,
    connect_timeout: CONNECT_TIMEOUT_S,
    onnotice: () => {},
    // Rows of the functions arrive as their TypeScript types say: camelCase, and 64-bit integers as BigInt.
    transform: { column: { from: postgres.toCamel } },
    types: { bigint: postgres.BigInt },
    connection: {
      application_name: `once ${name}`,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      ...(serverVersion >= 17 ? { transaction_timeout: TRANSACTION_TIMEOUT_MS } : {}),
    },
  });
}

/** Opens the pools to `url`. `serverVersion` is the major version: an unknown setting would refuse the connection. */
export function connect(url: string, serverVersion: number): Database {
  keepParametersOutOfErrors();
  const settling = pool(url, "settling", SETTLING_CONNECTIONS, serverVersion);
  const keysPool = pool(url, "keys", KEY_CONNECTIONS, serverVersion);
  const readingSql = pool(url, "reading", READING_CONNECTIONS, serverVersion);
  return {
    settling,
    keys: keysPool,
    reading: drizzle(readingSql, { schema }),
    readingSql,
    async close() {
      await Promise.all([settling, keysPool, readingSql].map((sql) => sql.end({ timeout: 5 })));
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
