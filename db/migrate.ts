/** Brings the schema up to date. Safe when several processes start at once: one migrates, the others wait for it. */
import path from "node:path";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Any fixed number: whoever migrates Once takes this lock. Migrations only; nothing about money uses such locks. */
const MIGRATION_LOCK = 7_166_210;

/** One connection as the role that owns the tables, for migrations and what else the application may not do. */
export function connectAsOwner(ownerUrl: string): postgres.Sql {
  return postgres(ownerUrl, {
    max: 1,
    onnotice: () => {},
    // Functions of ours are called here as well, and refuse any other level, whatever the server is set to.
    connection: { application_name: "once owner", default_transaction_isolation: "read committed" },
  });
}

/**
 * Applies what is missing of `db/migrations` as the role of `ownerUrl`, which owns the tables, and grants the
 * application's role what it may do, where that is another one.
 */
export async function migrate(ownerUrl: string, appRole: string): Promise<void> {
  const sql = connectAsOwner(ownerUrl);
  try {
    // The lock belongs to the connection, of which there is one.
    await sql`select pg_advisory_lock(${MIGRATION_LOCK})`;
    await applyMigrations(drizzle(sql), { migrationsFolder: path.join(process.cwd(), "db", "migrations") });
    await sql`select grant_to_application(${appRole}::name) where current_user <> ${appRole}`;
  } finally {
    // Ending the connection gives the lock back.
    await sql.end({ timeout: 5 });
  }
}
