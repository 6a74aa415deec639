/** What the promise needs of the server: asked at start, so that a bad set-up is told before money moves. */
import postgres from "postgres";
import { database } from "./client.ts";
import { Connector } from "./connector.ts";

/** What PostgreSQL 14 lacks (assignment to a field of an array's element) is needed by settling. */
const OLDEST_SERVER_VERSION = 15;

export type Server = {
  /** The major version. */
  version: number;
  /** The role that the application logs in as. */
  role: string;
  isStandby: boolean;
  fsync: string;
  fullPageWrites: string;
  synchronousCommit: string;
  isolation: string;
};

/** Asks the server behind `url` how it is set up for whoever logs in there. */
export async function inspectServer(url: string): Promise<Server> {
  const connector = new Connector(url);
  const sql = postgres(connector.url, {
    ...connector.options,
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "once start" },
  });
  try {
    const [server] = await sql<Server[]>`
      select current_setting('server_version_num')::int / 10000 as version, current_user::text as role,
             pg_is_in_recovery() as "isStandby", current_setting('fsync') as fsync,
             current_setting('full_page_writes') as "fullPageWrites",
             current_setting('synchronous_commit') as "synchronousCommit",
             current_setting('default_transaction_isolation') as isolation`;
    if (!server) throw new Error("Bug: the server answered nothing about itself.");
    return server;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** What makes the promise impossible to keep on this server, in words. Empty where nothing does. */
export function faultsOf(server: Server): string[] {
  return [
    server.version < OLDEST_SERVER_VERSION &&
      `Once needs PostgreSQL ${OLDEST_SERVER_VERSION} or newer; this server is version ${server.version}.`,
    server.isStandby && "This server is a standby: it cannot settle, and may not say that a key is void.",
    server.fsync !== "on" &&
      "fsync is off: a payment that was reported as made can be lost in a crash. Set fsync = on.",
    server.fullPageWrites !== "on" &&
      "full_page_writes is off: a crash can tear pages of the ledger. Set full_page_writes = on.",
  ].filter((fault) => fault !== false);
}

/** What is set up badly but does not break the promise, because our own code puts it right; worth mending. */
export function warningsOf(server: Server): string[] {
  return [
    ["off", "local", "remote_write"].includes(server.synchronousCommit) &&
      `synchronous_commit is ${server.synchronousCommit}: whatever decides about a key or money commits synchronously all the same.`,
    server.isolation !== "read committed" &&
      `default_transaction_isolation is ${server.isolation}: our connections use read committed all the same.`,
  ].filter((warning) => warning !== false);
}

/** What nobody but the functions of their owner writes. */
const MONEY_TABLES = [
  "payments",
  "ledger_transfers",
  "ledger_accounts",
  "refund_totals",
  "ledger_seals",
  "idempotency_keys",
];

/** Whether the application's role may write any money table, or a column of one, which it should not need. */
export async function mayWriteMoney(): Promise<boolean> {
  const [row] = await database().readingSql<{ may: boolean }[]>`
    select bool_or(has_table_privilege(name, 'insert, update, delete, truncate')
                   or has_any_column_privilege(name, 'insert, update')) as may
      from unnest(string_to_array(${MONEY_TABLES.join()}, ',')) name`;
  return row?.may ?? false;
}

/** Said where the application's role may write the money tables itself: their triggers and CHECKs still hold. */
export const ONE_ROLE =
  "The application's database role may write the money tables itself; only their triggers and CHECKs hold it back. " +
  "Give it a role of its own: DATABASE_URL for the application, DATABASE_OWNER_URL for migrations.";
