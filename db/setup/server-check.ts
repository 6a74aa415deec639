/** What exactly-once payments need of the server, checked at start, before money moves. */
import postgres from "postgres";
import { database } from "../connection/client.ts";
import { openPool, settingsOf } from "../connection/pool.ts";
import { Connector } from "../connection/transport/connector.ts";

/** What PostgreSQL 14 lacks (assignment to a field of an array's element) is needed by settling. */
const OLDEST_SERVER_VERSION = 15;

export type Server = {
  /** The major version. */
  version: number;
  /** The role that the application logs in as. */
  role: string;
  isStandby: boolean;
  /** Which synchronous standbys commits wait for, where none is connected. */
  missingStandbys: string;
  fsync: string;
  fullPageWrites: string;
  synchronousCommit: string;
  isolation: string;
  encoding: string;
};

/** A connection of a pool, after start-up. */
export type Session = {
  role: string;
  /** What our pools request, and what is in force. */
  settings: readonly { name: string; requested: string; actual: string }[];
  /** A pooler answers with process ids of its own. */
  isPooled: boolean;
  /** Whether statements are prepared, which needs the same session for each. */
  isPrepared: boolean;
};

/** Reads how the server behind `url` is set up for the role that logs in there. */
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
             pg_is_in_recovery() as "isStandby",
             case when exists (select from pg_stat_replication) then ''
                  else current_setting('synchronous_standby_names') end as "missingStandbys",
             current_setting('fsync') as fsync,
             current_setting('full_page_writes') as "fullPageWrites",
             current_setting('synchronous_commit') as "synchronousCommit",
             current_setting('default_transaction_isolation') as isolation,
             current_setting('server_encoding') as encoding`;
    if (!server) throw new Error("Bug: the server answered nothing about itself.");
    // Changes nothing, and looks like a write: some poolers open a transaction around writes only (backend-messages.ts).
    await sql`update pg_settings set setting = setting where name is null`;
    return server;
  } finally {
    // Or the driver waits for a statement whose connection was lost.
    await sql.end({ timeout: 0 });
  }
}

/** Opens a connection to `url` as the pools do, and reads which of the settings they request are in force. */
export async function inspectSession(url: string, { version, role }: Server): Promise<Session> {
  const requested = Object.entries(settingsOf(version)).map(
    ([name, value]) => [name, String(value)] as const,
  );
  const options = { name: "start", connectionsMax: 1, serverVersion: version, onNotice() {} };
  const pool = openPool(url, options);
  try {
    // As text and in one piece, so that nothing of it is prepared.
    const rows = await pool.sql.unsafe<{ pid: number; name: string; setting: string }[]>(
      `select pg_backend_pid() as pid, name, setting from pg_settings where name in (${requested.map(([name]) => `'${name}'`).join()})`,
    );
    const actual = new Map(rows.map(({ name, setting }) => [name, setting]));
    return {
      role,
      settings: requested.map(([name, value]) => ({
        name,
        requested: value,
        actual: actual.get(name) ?? "",
      })),
      isPooled: rows[0]?.pid !== rows.state.pid,
      isPrepared: pool.sql.options.prepare,
    };
  } finally {
    await pool.end();
  }
}

/** Why payments cannot be exactly-once on this server; empty where they can. */
export function faultsOf(server: Server): string[] {
  return [
    server.version < OLDEST_SERVER_VERSION &&
      `Once needs PostgreSQL ${OLDEST_SERVER_VERSION} or newer; this server is version ${server.version}.`,
    server.isStandby && "This server is a standby: it cannot settle, and may not say that a key is void.",
    server.encoding !== "UTF8" &&
      `This database's encoding is ${server.encoding}, which cannot hold what people write: make one with create database … encoding 'UTF8' template template0.`,
    server.missingStandbys !== "" &&
      `synchronous_standby_names is ${server.missingStandbys}, and no standby is connected: every commit would wait for it. Start the standby, or take it out of synchronous_standby_names.`,
    server.fsync !== "on" &&
      "fsync is off: a payment that was reported as made can be lost in a crash. Set fsync = on.",
    server.fullPageWrites !== "on" &&
      "full_page_writes is off: a crash can tear pages of the ledger. Set full_page_writes = on.",
  ].filter((fault) => fault !== false);
}

/** What is set up badly and overridden by our own code. */
export function warningsOf(server: Server): string[] {
  return [
    ["off", "local", "remote_write"].includes(server.synchronousCommit) &&
      `synchronous_commit is ${server.synchronousCommit}: whatever decides about a key or money commits synchronously all the same.`,
    server.isolation !== "read committed" &&
      `default_transaction_isolation is ${server.isolation}: our connections use read committed all the same.`,
  ].filter((warning) => warning !== false);
}

/** Values of client_min_messages with which warnings are sent. */
const WARNING_COMES_THROUGH = /^(debug\d|log|notice|warning)$/;

/** By setting: whether the actual value is as good as the requested one. */
const IS_GOOD: Readonly<Record<string, (actual: string) => boolean>> = {
  // The functions refuse any other.
  default_transaction_isolation: (actual) => actual === "read committed",
  // In another format the driver misreads request hashes, and a replay looks like a reuse of its key.
  bytea_output: (actual) => actual === "hex",
  DateStyle: (actual) => actual.startsWith("ISO"),
  // A cancelled wait for a standby would go unnoticed.
  client_min_messages: (actual) => WARNING_COMES_THROUGH.test(actual),
};

function isInForce({ name, requested, actual }: Session["settings"][number]): boolean {
  const isGood = IS_GOOD[name];
  // Limits, in milliseconds: a shorter one is a limit, too, and 0 is none.
  return isGood ? isGood(actual) : Number(actual) > 0 && Number(actual) <= Number(requested);
}

function describeMissing(missing: Session["settings"], { role }: Session, consequence: string): string {
  const list = missing.map(
    ({ name, requested, actual }) => `${name} is ${actual || "not known"} instead of ${requested}`,
  );
  const remedy = missing.map(({ name, requested }) => `alter role "${role}" set ${name} = '${requested}';`);
  return `Our connections do not get what they ask for, as behind a pooler that ignores it: ${list.join(", ")}. ${consequence} Set it for the role: ${remedy.join(" ")}`;
}

/** Why payments cannot be settled through these connections; empty where they can. */
export function sessionFaultsOf(session: Session): string[] {
  const missing = session.settings.filter((one) => one.name in IS_GOOD && !isInForce(one));
  return missing.length > 0 ? [describeMissing(missing, session, "Payments cannot be settled so.")] : [];
}

/** What of these connections may hang, or fail under load. */
export function sessionWarningsOf(session: Session): string[] {
  const missing = session.settings.filter((one) => !(one.name in IS_GOOD) && !isInForce(one));
  return [
    missing.length > 0 &&
      describeMissing(missing, session, "What hangs may keep others waiting, for ever where it is 0."),
    session.isPooled &&
      session.isPrepared &&
      "A pooler stands in between. Where it pools by transaction and keeps no prepared statements, add ?prepare=false to DATABASE_URL, or statements will fail.",
  ].filter((warning) => warning !== false);
}

/** Tables that only functions with their owner's rights write. */
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

export const ONE_ROLE =
  "The application's database role may write the money tables itself; only their triggers and CHECKs hold it back. " +
  "Give it a role of its own: DATABASE_URL for the application, DATABASE_OWNER_URL for migrations.";
