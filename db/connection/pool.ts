/** One pool of connections. All are set to give up by themselves: no lock is held for ever. */
import postgres from "postgres";
import { Connector, type ConnectorOptions } from "./connector.ts";
import { withWholeRows } from "./empty-rows.ts";
import type { Sql } from "./sql.ts";

/** A settle statement takes milliseconds; one that takes this long is stuck, and its outcome is asked for again. */
const STATEMENT_TIMEOUT_MS = 5_000;
/** Somebody else's lock is waited for this long, then the statement gives up and is tried again. */
const LOCK_TIMEOUT_MS = 2_000;
/** We never hold a transaction open between statements; a backend that does has lost its client. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
/**
 * The only limit that ends a backend whose client vanished between Execute and Sync (PostgreSQL 17 and newer):
 * findings/postgres-execute-without-sync-escapes-timeouts.sh.
 */
const TRANSACTION_TIMEOUT_MS = 6_000;
/** The server, too, finds out that a client is gone: it probes idle connections, and gives up unread answers. */
export const SERVER_TCP_LIMITS = { tcp_keepalives_idle: 10, tcp_user_timeout: 10_000 } as const;

/**
 * What the sessions of a pool are set to, whatever the server, the database or the role may be set to otherwise. Sent as
 * each connection begins. A pooler in between may leave them out: start-up looks whether they are in force (server-check.ts).
 */
export function settingsOf(serverVersion: number) {
  return {
    // The functions check this again.
    default_transaction_isolation: "read committed" as const,
    // The only forms that the driver reads bytes and times in; others it takes for other bytes, or for no time at all.
    bytea_output: "hex",
    DateStyle: "ISO",
    // That a wait for a standby was cut short comes as a warning, and must come.
    client_min_messages: "warning",
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(serverVersion >= 17 ? { transaction_timeout: TRANSACTION_TIMEOUT_MS } : {}),
  };
}

/** How long statements that still run may take to end before their connections are cut. */
const CLOSE_TIMEOUT_S = 5;

/**
 * One statement at a time on a connection: none waits behind a stranger's lock, or is lost with a stranger. The driver's
 * types do not know this option, and its transactions do not work with it; there are none (client.ts).
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
  /**
   * Takes nothing more. What runs has a few seconds to end; what only waits for a connection fails; then all
   * connections are closed, and stay so.
   */
  end(): Promise<void>;
  /** Closes all connections now. */
  cut(): void;
};

/** Opens a pool to `url`; its connections are made when they are needed. Throws one sentence where `url` is none. */
export function openPool(
  url: string,
  { name, connectionsMax, serverVersion, onNotice, tls }: OpenOptions,
): Pool {
  const connector = new Connector(url, { tls });
  const sql = postgres(connector.url, {
    ...connector.options,
    ...ONE_AT_A_TIME,
    max: connectionsMax,
    // Without it the driver asks each new connection for its types, and nobody waits for what becomes of that.
    fetch_types: false,
    onnotice: onNotice,
    // Rows of the functions arrive as their TypeScript types say: camelCase, and 64-bit integers as BigInt.
    transform: { column: { from: postgres.toCamel } },
    types: { bigint: postgres.BigInt },
    connection: { application_name: `once ${name}`, ...settingsOf(serverVersion), ...SERVER_TCP_LIMITS },
  });
  return {
    sql: withWholeRows(sql),
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
