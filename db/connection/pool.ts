/** One pool of connections, each with timeouts on the server, so that no lock is held for ever. */
import postgres from "postgres";
import { dropEmptyRows } from "./empty-rows.ts";
import { countStatements, type PoolLoad } from "./pool-load.ts";
import type { Sql } from "./sql.ts";
import { Connector, type ConnectorOptions } from "./transport/connector.ts";

/** A settle statement takes milliseconds; one that takes this long is stuck, and is sent again. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** A statement that waits for a lock for this long fails and is sent again. */
const LOCK_TIMEOUT_MS = 2_000;
/** We hold no transaction open between statements; a backend that does has lost its client. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/**
 * The only limit that ends a backend whose client vanished between Execute and Sync (PostgreSQL 17 and newer):
 * findings/postgres-execute-without-sync-escapes-timeouts.sh.
 */
const TRANSACTION_TIMEOUT_MS = 6_000;
/** The server probes idle connections and drops unread responses, so that it detects a client that is gone. */
export const SERVER_TCP_LIMITS = { tcp_keepalives_idle: 10, tcp_user_timeout: 10_000 } as const;

/**
 * What the sessions of a pool are set to, whatever the server, the database or the role may be set to otherwise. Sent as
 * each connection begins. A pooler in between may drop them: start-up checks that they are in force (server-check.ts).
 */
export function settingsOf(serverVersion: number) {
  return {
    // The functions check this again.
    default_transaction_isolation: "read committed" as const,
    // The only formats of bytes and times that the driver parses correctly.
    bytea_output: "hex",
    DateStyle: "ISO",
    // A cancelled wait for a synchronous standby is reported as a warning.
    client_min_messages: "warning",
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(serverVersion >= 17 ? { transaction_timeout: TRANSACTION_TIMEOUT_MS } : {}),
  };
}

/** How long statements that still run may take before their connections are closed. */
const CLOSE_TIMEOUT_S = 5;

/**
 * No pipelining: no statement waits behind another one's lock, or is lost with its connection. The driver's types do not
 * know this option, and its transactions do not work with it; there are none (client.ts).
 */
export const ONE_AT_A_TIME = { max_pipeline: 0 };

export type OpenOptions = Pick<ConnectorOptions, "tls"> & {
  /** As operators see it in pg_stat_activity. */
  name: string;
  connectionsMax: number;
  /** The server's major version: an unknown setting would refuse the connection. */
  serverVersion: number;
  onNotice(notice: postgres.Notice): void;
};

export type Pool = {
  readonly sql: Sql;
  /** How busy it is now. */
  load(): PoolLoad;
  /**
   * Takes no more statements. Those that run have a few seconds to end, those that wait for a connection fail; then all
   * connections are closed.
   */
  end(): Promise<void>;
  /** Closes all connections now. */
  cut(): void;
};

/** Opens a pool to `url`, which connects on demand. Throws one sentence where `url` is malformed. */
export function openPool(
  url: string,
  { name, connectionsMax, serverVersion, onNotice, tls }: OpenOptions,
): Pool {
  const connector = new Connector(url, { tls });
  const sql = postgres(connector.url, {
    ...connector.options,
    ...ONE_AT_A_TIME,
    max: connectionsMax,
    // Or the driver queries the types on each new connection, and nothing handles a failure of that.
    fetch_types: false,
    onnotice: onNotice,
    // Rows of the functions arrive as their TypeScript types say: camelCase, and 64-bit integers as BigInt.
    transform: { column: { from: postgres.toCamel } },
    types: { bigint: postgres.BigInt },
    connection: { application_name: `once ${name}`, ...settingsOf(serverVersion), ...SERVER_TCP_LIMITS },
  });
  const counted = countStatements(dropEmptyRows(sql));
  return {
    sql: counted.sql,
    load() {
      const underWay = counted.underWay();
      const inUse = Math.min(underWay, connectionsMax);
      return { connectionsMax, inUse, waiting: underWay - inUse };
    },
    async end() {
      connector.retire();
      await sql.end({ timeout: CLOSE_TIMEOUT_S });
      connector.cut();
    },
    cut() {
      connector.retire();
      connector.cut();
    },
  };
}
