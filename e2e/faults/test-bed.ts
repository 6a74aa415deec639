/**
 * The system under test: a PostgreSQL of its own behind a fault-injecting proxy, two servers of the production build, and
 * a fault-injecting proxy in front of them. All on loopback, all ended by `close`.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { type EmbeddedServer, removeEmbedded, startEmbedded } from "../../db/embedded/server.ts";
import { migrate } from "../../db/setup/migrate.ts";
import { provision } from "../../db/setup/provision.ts";
import { startWireProxy, type WireProxy } from "../../db/testing/proxies/wire-proxy.ts";
import { type AppServer, appServer } from "./app-server.ts";
import { type HttpProxy, startHttpProxy } from "./injectors/http-proxy.ts";

const DATABASE = "once";
/** Signs nothing that leaves this machine. */
const SECRET = "only-for-fault-injection-tests-0123456789";
const CLOCK_SKEW = fileURLToPath(new URL("injectors/clock-skew.mjs", import.meta.url));

/** Our own, and Node's of an error that nobody caught. */
const BUG_LOGGED = /\bBug: |unhandledRejection|uncaughtException/;

export type Owner = postgres.Sql<{ bigint: bigint }>;

export type TestBed = {
  readonly database: EmbeddedServer;
  /** As the superuser, past the proxy. */
  readonly admin: postgres.Sql;
  /** As the owner of the tables, past the proxy. */
  readonly owner: Owner;
  readonly wire: WireProxy;
  readonly apps: readonly AppServer[];
  readonly http: HttpProxy;
  /** From PostgreSQL's log: its own counter is reset by each crash. */
  deadlocks(): number;
  /** Lines of the servers' logs that only a bug explains. */
  bugsLogged(): string[];
  /** Starts PostgreSQL again after it was killed. */
  restartDatabase(): Promise<void>;
  close(): Promise<void>;
};

/** Runs the build in `root`, with data and logs under `folder`, which is emptied. `prepare` runs before any server starts. */
export async function startTestBed(
  root: string,
  folder: string,
  prepare: (owner: Owner) => Promise<void> = async () => {},
): Promise<TestBed> {
  const dataDir = path.join(folder, "data");
  mkdirSync(folder, { recursive: true });
  await removeEmbedded(dataDir);
  let database = await startEmbedded(dataDir);
  const { appUrl, ownerUrl } = await provision(database.adminUrl, DATABASE);
  await migrate(ownerUrl, "once_app");

  const admin = postgres(database.adminUrl, { max: 4, onnotice: () => {} });
  // The application must not depend on the database's default.
  await admin.unsafe(`alter database ${DATABASE} set default_transaction_isolation = 'repeatable read'`);
  // A deadlock is to be seen before a batch gives up waiting for its locks.
  await admin.unsafe(`alter database ${DATABASE} set deadlock_timeout = '100ms'`);
  const owner = postgres(ownerUrl, {
    max: 8,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
    connection: { default_transaction_isolation: "read committed" },
  });
  await prepare(owner);

  const direct = new URL(appUrl);
  const wire = await startWireProxy(direct.hostname, Number(direct.port));
  const proxied = new URL(appUrl);
  proxied.port = String(wire.port);
  const env = {
    DATABASE_URL: proxied.href,
    DATABASE_OWNER_URL: ownerUrl,
    ONCE_DEMO: "1",
    BETTER_AUTH_SECRET: SECRET,
    NEXT_TELEMETRY_DISABLED: "1",
  };
  const logs = ["server-1.log", "server-2.log"].map((name) => path.join(folder, name));
  for (const log of logs) writeFileSync(log, "");
  const [first = "", second = ""] = logs;
  const apps = [
    await appServer(root, env, first),
    await appServer(root, { ...env, NODE_OPTIONS: `--import=${CLOCK_SKEW}` }, second),
  ];
  for (const app of apps) await app.start();
  const http = await startHttpProxy(() => apps.filter((app) => app.isUp).map((app) => app.port));

  return {
    get database() {
      return database;
    },
    admin,
    owner,
    wire,
    apps,
    http,
    deadlocks: () =>
      readFileSync(path.join(dataDir, "postgres.log"), "utf8").split("deadlock detected").length - 1,
    bugsLogged: () =>
      logs.flatMap((log) =>
        readFileSync(log, "utf8")
          .split("\n")
          .filter((line) => BUG_LOGGED.test(line)),
      ),
    async restartDatabase() {
      database = await startEmbedded(dataDir);
    },
    async close() {
      await http.close();
      // All is recorded by now.
      for (const app of apps) app.signal("SIGKILL");
      await Promise.all(apps.map((app) => app.ended()));
      await wire.close();
      await Promise.all([admin.end({ timeout: 5 }), owner.end({ timeout: 5 })]);
      await database.stop();
    },
  };
}
