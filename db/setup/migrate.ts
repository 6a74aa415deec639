/** Brings the schema up to date. Safe when several processes start at once: one migrates, the others wait for it. */
import path from "node:path";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as migrateWithDrizzle } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { SERVER_TCP_LIMITS } from "../connection/pool.ts";
import { Connector } from "../connection/transport/connector.ts";
import { NO_TIMEOUT } from "../connection/transport/socket.ts";
import { adoptNames, describeCollision } from "../operators/adopt-names.ts";
import { CannotStart } from "./cannot-start.ts";

/** The advisory lock of migrations; any fixed number. Nothing about money uses advisory locks. */
const MIGRATION_LOCK = 7_166_210;

/**
 * How long a lock is waited for: another process's migrations, or a table lock, behind which all statements would queue.
 */
const LOCK_TIMEOUT_MS = 60_000;
/** A process that stopped in the middle of a migration blocks the next one for this long. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000;

/** Behind a pooler a session's advisory lock is not this process's alone. */
const THROUGH_A_POOLER =
  "Migrations go through a pooler, which may keep their lock and leave out their settings: give DATABASE_OWNER_URL the address of the server itself.";

/**
 * One connection as the role that owns the tables, for migrations and what else the application may not do. Connecting
 * and waiting for locks have limits; a statement has none, for a large ledger takes as long to verify as it takes.
 */
export function connectAsOwner(ownerUrl: string): postgres.Sql {
  const connector = new Connector(ownerUrl, { responseTimeoutMs: NO_TIMEOUT, transactions: "ours" });
  return postgres(connector.url, {
    ...connector.options,
    max: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: {
      application_name: "once owner",
      // Functions of ours are called here as well, and refuse any other level, whatever the server is set to.
      default_transaction_isolation: "read committed",
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      ...SERVER_TCP_LIMITS,
    },
  });
}

const MIGRATIONS_FOLDER = path.join(process.cwd(), "db", "migrations");

/** Applies what is missing of `db/migrations`, on a connection that nobody else migrates on. */
export function applyMigrations(sql: postgres.Sql): Promise<void> {
  return migrateWithDrizzle(drizzle(sql), { migrationsFolder: MIGRATIONS_FOLDER });
}

/** The migrations that this build knows, oldest first, by the time that names them in the database. */
export function knownMigrations(): number[] {
  return readMigrationFiles({ migrationsFolder: MIGRATIONS_FOLDER }).map(({ folderMillis }) => folderMillis);
}

/**
 * Refuses a database that does not begin with our baseline, or has a migration between ours that this build does not know: Drizzle would
 * go on where its newest migration ends, whatever that was, and fail on a table that is there. Migrations that a newer build has added
 * are no reason: two neighbours share a schema.
 */
async function requireBaseline(sql: postgres.Sql): Promise<void> {
  const [table] = await sql`select to_regclass('drizzle.__drizzle_migrations') is not null as by_drizzle`;
  if (!table?.by_drizzle) return;
  const rows = await sql<
    { millis: string }[]
  >`select created_at::text as millis from drizzle.__drizzle_migrations`;
  const known = knownMigrations();
  const made = rows.map(({ millis }) => Number(millis));
  const isOther = (millis: number) => !known.includes(millis) && millis < (known.at(-1) ?? 0);
  if (made.length > 0 && (!made.includes(known[0] ?? 0) || made.some(isOther)))
    throw new CannotStart(OTHER_MIGRATIONS);
}

const OTHER_MIGRATIONS =
  "This database was made by an earlier build of Once, whose migrations this one does not have. Nothing was changed in it: go on " +
  "with the build that made it, or begin with an empty database (of the demo: another ONCE_DATA_DIR, or none of .data).";

/**
 * Applies what is missing of `db/migrations` as the role of `ownerUrl`, which owns the tables, and grants the
 * application's role what it may do, where that is another one. Returns whether the server says which one it is: else a
 * key cannot be distinguished from its copy on another server.
 */
export async function migrate(ownerUrl: string, appRole: string): Promise<{ knowsItsServer: boolean }> {
  const sql = connectAsOwner(ownerUrl);
  try {
    // The lock belongs to the session: the connection, of which there is one, or what a pooler keeps of it.
    const locked = await sql<{ pid: number }[]>`
      select pg_backend_pid() as pid from pg_advisory_lock(${MIGRATION_LOCK})`;
    // A pooler has process ids of its own.
    if (locked[0]?.pid !== locked.state.pid) console.warn(THROUGH_A_POOLER);
    await requireBaseline(sql);
    await applyMigrations(sql);
    await sql`select grant_to_application(${appRole}::name) where current_user <> ${appRole}`;
    await sql`select adopt_currencies()`;
    for (const collision of await adoptNames(sql)) console.warn(describeCollision(collision));
    await sql`select pg_advisory_unlock(${MIGRATION_LOCK})`;
    const [row] = await sql<{ knows: boolean }[]>`select journal_server() <> 0 as knows`;
    return { knowsItsServer: row?.knows ?? false };
  } finally {
    // Ending the connection releases the lock where something failed.
    await sql.end({ timeout: 5 });
  }
}
