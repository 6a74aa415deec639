/**
 * Whether payments can be settled on the database now: asked of the database itself, in steps that write nothing. What start-up
 * has checked may be otherwise since: a failover to a standby, a restore, a disk that made somebody set it read only.
 */
import { database, type Sql } from "../connection/client.ts";
import { isDeadlineMissed, within } from "../execution/deadline.ts";
import { errorCode } from "../execution/error-code.ts";
import { knownMigrations } from "./migrate.ts";

/** Why nothing can be settled now. Each is told to whoever probes, so none says more than its name. */
export type NotReady =
  /** It does not answer, or not in time. */
  | "database-unreachable"
  /** A standby, where nothing can be written. */
  | "database-standby"
  /** A primary that is set read only. */
  | "database-read-only"
  /** Commits wait for synchronous standbys, and none is connected. */
  | "standbys-missing"
  /** A migration of this build is missing: an older database, or a restored one. */
  | "migration-missing"
  /** The application's role may not do what it needs to. */
  | "grant-missing"
  /** The function that settles does not work. */
  | "cannot-settle";

/** `cause` is for the log: an error, or what is missing. */
export type Readiness = { ready: true } | { ready: false; why: NotReady; cause: unknown };

/** Shorter than a load balancer waits for a probe, long enough for a database with much to do. */
const PROBE_DEADLINE_MS = 2_000;

/** What a payment needs on its way, from the session to the receipt. */
const FUNCTIONS = ["issue_key_v1", "issue_new_keys_v1", "settle_payments_v1", "revoke_key_v1"];
const TABLES = [
  "users",
  "sessions",
  "api_keys",
  "currencies",
  "orders",
  "idempotency_keys",
  "payments",
  "refund_totals",
  "ledger_accounts",
];

/** Our connections ask as they begin, and end where the server is not what they are for. */
const WHY_NO_CONNECTION: Readonly<Record<string, NotReady>> = {
  CONNECTION_STANDBY: "database-standby",
  CONNECTION_READ_ONLY: "database-read-only",
};

/** SQLSTATEs that say of a statement that it is not allowed, or that what it names is not there. */
const NOT_ALLOWED = "42501";
const NOT_THERE = new Set(["42P01", "3F000"]);

/** Asks the database. Never throws. */
export async function probeDatabase(): Promise<Readiness> {
  let hanging: Sql | undefined;
  try {
    hanging = database().watching;
    return await within(PROBE_DEADLINE_MS, probe(hanging));
  } catch (error) {
    if (hanging && isDeadlineMissed(error)) database().replacePool("watching", hanging);
    return {
      ready: false,
      why: WHY_NO_CONNECTION[errorCode(error) ?? ""] ?? "database-unreachable",
      cause: error,
    };
  }
}

async function probe(sql: Sql): Promise<Readiness> {
  const no = (why: NotReady, cause: unknown): Readiness => ({ ready: false, why, cause });
  const [server] = await sql<{ isStandby: boolean; isReadOnly: boolean; waitsForNobody: boolean }[]>`
    select pg_is_in_recovery() as is_standby, current_setting('transaction_read_only') = 'on' as is_read_only,
           current_setting('synchronous_standby_names') <> '' and not exists (select from pg_stat_replication)
             as waits_for_nobody`;
  if (server?.isStandby) return no("database-standby", undefined);
  if (server?.isReadOnly) return no("database-read-only", undefined);
  if (server?.waitsForNobody) return no("standbys-missing", undefined);

  const missing = await missingGrants(sql);
  if (missing.length > 0) return no("grant-missing", missing.join(", "));

  const newest = knownMigrations().at(-1);
  try {
    const rows = await sql`
      select from drizzle.__drizzle_migrations where created_at = ${String(newest)}::text::bigint`;
    if (rows.length === 0) return no("migration-missing", newest);
  } catch (error) {
    const code = errorCode(error);
    if (code === NOT_ALLOWED) return no("grant-missing", error);
    if (code !== undefined && NOT_THERE.has(code)) return no("migration-missing", error);
    throw error;
  }

  try {
    // No entry: it checks its session and writes nothing.
    await sql`select from settle_payments_v1('[]'::jsonb)`;
  } catch (error) {
    if (isOfTheServer(error)) return no("cannot-settle", error);
    throw error;
  }
  return { ready: true };
}

/** What the role that asks may not use, or what is not there. */
async function missingGrants(sql: Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select name from unnest(string_to_array(${FUNCTIONS.join()}, ',')) name
     where not coalesce((select bool_and(has_function_privilege(p.oid, 'execute')) from pg_proc p
                          where p.pronamespace = 'public'::regnamespace and p.proname = name), false)
     union all
    select name from unnest(string_to_array(${TABLES.join()}, ',')) name
     where not coalesce(has_table_privilege(to_regclass('public.' || name), 'select'), false)`;
  return rows.map(({ name }) => name);
}

/** Whether the server said no to this statement, rather than being lost or on its way down. */
function isOfTheServer(error: unknown): boolean {
  return /^(?!08|57P|53)[0-9A-Z]{5}$/.test(errorCode(error) ?? "");
}
