/**
 * What a fresh embedded server needs before migrations: two roles and a database. The owner runs migrations and owns
 * the tables; the application's role may call the functions and read, but not write money tables itself.
 */
import postgres from "postgres";

export type Connections = { appUrl: string; ownerUrl: string };

/** Any fixed number: two processes that start at once provision one after another. */
const PROVISION_LOCK = 7_166_211;

function withLogin(adminUrl: string, role: string, databaseName: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.pathname = `/${databaseName}`;
  return url.href;
}

/**
 * Creates the roles `once_owner` and `once_app` (with the administrator's password; the server listens on 127.0.0.1
 * only) and the database, where they are missing. `template` makes the database a copy of another one.
 */
export async function provision(
  adminUrl: string,
  databaseName: string,
  template?: string,
): Promise<Connections> {
  const password = decodeURIComponent(new URL(adminUrl).password);
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${PROVISION_LOCK})`;
    for (const role of ["once_owner", "once_app"]) {
      const [found] = await sql`select 1 from pg_roles where rolname = ${role}`;
      if (!found) await sql.unsafe(`create role ${role} login password '${password.replaceAll("'", "''")}'`);
    }
    const [found] = await sql`select 1 from pg_database where datname = ${databaseName}`;
    if (!found) {
      const copyOf = template === undefined ? "" : ` template "${template}"`;
      await sql.unsafe(`create database "${databaseName}" owner once_owner${copyOf}`);
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
  return {
    appUrl: withLogin(adminUrl, "once_app", databaseName),
    ownerUrl: withLogin(adminUrl, "once_owner", databaseName),
  };
}
