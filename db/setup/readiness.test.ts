/** Readiness fails, with the name of what is wrong, whenever payments cannot be settled; each is made so. */
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, database, setDatabase } from "../connection/client.ts";
import { SERVER_VERSION, superuser, testDatabase } from "../testing/fixtures/database.ts";
import { type PlainServer, startPlainServer } from "../testing/fixtures/plain-server.ts";
import { knownMigrations, migrate } from "./migrate.ts";
import { provision } from "./provision.ts";
import { probeDatabase } from "./readiness.ts";

const test = testDatabase();

/** What a new connection hears, whose session begins as the database is set now. */
async function probeAnew() {
  const db = connect(test.appUrl, SERVER_VERSION);
  setDatabase(db);
  try {
    return await probeDatabase();
  } finally {
    setDatabase(test.db);
    await db.close();
  }
}

/** Makes something so as a superuser, probes, and undoes it. */
async function asSuperuser(make: string, undo: string) {
  const admin = superuser(test.appUrl);
  try {
    await admin.unsafe(make);
    return await probeAnew();
  } finally {
    await admin.unsafe(undo);
    await admin.end();
  }
}

const nameOfDatabase = () => new URL(test.appUrl).pathname.slice(1);

describe("a database", () => {
  it("that settles is ready, and nothing was written to find out", async () => {
    expect(await probeDatabase()).toEqual({ ready: true });
    const [settling] = await database().watching`
      with empty as materialized (select count(*) as rows from settle_payments_v1('[]'::jsonb))
      select rows::int, pg_current_xact_id_if_assigned() as id from empty`;
    expect(settling).toEqual({ rows: 0, id: null });
  });

  it("that is set read only is not", async () => {
    const name = nameOfDatabase();
    expect(
      await asSuperuser(
        `alter database "${name}" set default_transaction_read_only = on`,
        `set default_transaction_read_only = off; alter database "${name}" reset default_transaction_read_only`,
      ),
    ).toEqual({ ready: false, why: "database-read-only", cause: undefined });
    expect(await probeAnew()).toEqual({ ready: true });
  });

  it.each([
    ["execute on function settle_payments_v1", "settle_payments_v1"],
    ["select on orders", "orders"],
    ["usage on schema drizzle", "error"],
  ])("whose role lacks %s is not", async (grant, missing) => {
    const found = await asSuperuser(`revoke ${grant} from once_app`, `grant ${grant} to once_app`);
    expect(found).toMatchObject({ ready: false, why: "grant-missing" });
    if (missing !== "error") expect(found).toMatchObject({ cause: missing });
    expect(await probeAnew()).toEqual({ ready: true });
  });

  it("that this build's newest migration is missing from is not: an older one was restored", async () => {
    const newest = knownMigrations().at(-1);
    const found = await asSuperuser(
      `update drizzle.__drizzle_migrations set created_at = -1 where created_at = ${newest}`,
      `update drizzle.__drizzle_migrations set created_at = ${newest} where created_at = -1`,
    );
    expect(found).toMatchObject({ ready: false, why: "migration-missing" });
  });

  it("whose settling fails is not", async () => {
    const found = await asSuperuser(
      "alter function assert_decisive() rename to assert_decisive_gone",
      "alter function assert_decisive_gone() rename to assert_decisive",
    );
    expect(found).toMatchObject({ ready: false, why: "cannot-settle", cause: { code: "42883" } });
  });

  it("that is gone is not, within the deadline", async () => {
    const nowhere = new URL(test.appUrl);
    nowhere.port = "1";
    const db = connect(nowhere.href, SERVER_VERSION);
    setDatabase(db);
    try {
      expect(await probeDatabase()).toMatchObject({ ready: false, why: "database-unreachable" });
    } finally {
      setDatabase(test.db);
      await db.close();
    }
  });
});

describe("a server", () => {
  let server: PlainServer;
  let appUrl: string;

  beforeAll(async () => {
    server = await startPlainServer();
    const urls = await provision(server.adminUrl, "once");
    await migrate(urls.ownerUrl, "once_app");
    appUrl = urls.appUrl;
  });

  afterAll(async () => {
    setDatabase(test.db);
    await server.remove();
  });

  async function probeIt() {
    const db = connect(appUrl, SERVER_VERSION);
    setDatabase(db);
    return await probeDatabase().finally(() => db.close());
  }

  it("whose synchronous standbys are missing is not ready: every commit would wait", async () => {
    expect(await probeIt()).toEqual({ ready: true });
    await server.set("synchronous_standby_names", "*");
    expect(await probeIt()).toMatchObject({ ready: false, why: "standbys-missing" });
    await server.set("synchronous_standby_names", null);
  });

  it("that became a standby is not, and is again when it was promoted", async () => {
    await server.becomeStandby();
    expect(await probeIt()).toMatchObject({ ready: false, why: "database-standby" });
    const admin = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
    await admin`select pg_promote()`;
    await admin.end();
    expect(await probeIt()).toEqual({ ready: true });
  });
});
