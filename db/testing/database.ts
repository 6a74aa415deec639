/** A database of its own for a test file, cloned from the run's template and dropped afterwards. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";
import { connect, type Database, type Sql, setDatabase } from "../client.ts";
import { provision } from "../provision.ts";

/** The embedded server's major version. */
export const SERVER_VERSION = 18;

export type TestDatabase = {
  readonly db: Database;
  /** As the role that owns the tables: to arrange what the application may not do, and to look. */
  readonly owner: Sql;
  readonly appUrl: string;
  readonly ownerUrl: string;
};

/** Clones the database before the tests of the calling file and drops it after them. */
export function testDatabase(): TestDatabase {
  const name = `once_test_${randomUUID().replaceAll("-", "")}`;
  let current: TestDatabase | undefined;
  const get = (): TestDatabase => {
    if (!current) throw new Error("Bug: the test database is used outside a test.");
    return current;
  };

  beforeAll(async () => {
    const { appUrl, ownerUrl } = await provision(inject("adminUrl"), name, inject("template"));
    current = {
      db: connect(appUrl, SERVER_VERSION),
      owner: postgres(ownerUrl, { max: 4, onnotice: () => {}, types: { bigint: postgres.BigInt } }),
      appUrl,
      ownerUrl,
    };
    setDatabase(current.db);
  });

  afterAll(async () => {
    if (!current) return;
    await Promise.all([current.db.close(), current.owner.end({ timeout: 5 })]);
    const admin = postgres(inject("adminUrl"), { max: 1, onnotice: () => {} });
    await admin.unsafe(`drop database if exists "${name}" with (force)`);
    await admin.end();
  });

  return {
    get db() {
      return get().db;
    },
    get owner() {
      return get().owner;
    },
    get appUrl() {
      return get().appUrl;
    },
    get ownerUrl() {
      return get().ownerUrl;
    },
  };
}

/** A connection to the test database of `appUrl` as a superuser, who can do what must never happen. */
export function superuser(appUrl: string): postgres.Sql {
  const url = new URL(inject("adminUrl"));
  url.pathname = new URL(appUrl).pathname;
  return postgres(url.href, { max: 1, onnotice: () => {} });
}
