/**
 * Everything the proving ground consists of: a PostgreSQL of its own, a proxy in front of it that can break any
 * conversation, two servers of the production build, and a proxy in front of those. All on loopback, all ended by `close`.
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
const SECRET = "only-for-the-proving-ground-0123456789";
/** How the second server's clock is a day off. */
const CLOCK = fileURLToPath(new URL("injectors/a-day-off.mjs", import.meta.url));

/** Ours begin so; the other is Node's, of an error that nobody caught. */
const BUG_LOGGED = /\bBug: |unhandledRejection|uncaughtException/;

export type Owner = postgres.Sql<{ bigint: bigint }>;

export type Stage = {
  readonly database: EmbeddedServer;
  /** As the superuser, past the proxy. */
  readonly admin: postgres.Sql;
  /** As the owner of the tables, past the proxy. */
  readonly owner: Owner;
  readonly wire: WireProxy;
  readonly apps: readonly AppServer[];
  readonly http: HttpProxy;
  /** How many deadlocks PostgreSQL has written into its log: its counter begins anew with each crash. */
  deadlocks(): number;
  /** What the servers have logged that only a bug makes them log. */
  bugsLogged(): string[];
  /** Starts PostgreSQL again after it was killed. */
  restartDatabase(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Sets the stage for the build in `root`, with data and logs under `folder`, which is emptied first. `prepare` is called as
 * the owner of the tables once they are there, before any server starts.
 */
export async function setStage(
  root: string,
  folder: string,
  prepare: (owner: Owner) => Promise<void> = async () => {},
): Promise<Stage> {
  const dataDir = path.join(folder, "data");
  mkdirSync(folder, { recursive: true });
  await removeEmbedded(dataDir);
  let database = await startEmbedded(dataDir);
  const { appUrl, ownerUrl } = await provision(database.adminUrl, DATABASE);
  await migrate(ownerUrl, "once_app");

  const admin = postgres(database.adminUrl, { max: 4, onnotice: () => {} });
  // What a careless administrator may have set; our own connections and functions must not depend on it.
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
    await appServer(root, { ...env, NODE_OPTIONS: `--import=${CLOCK}` }, second),
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
      // All is counted by now; there is nothing to end in order.
      for (const app of apps) app.signal("SIGKILL");
      await Promise.all(apps.map((app) => app.ended()));
      await wire.close();
      await Promise.all([admin.end({ timeout: 5 }), owner.end({ timeout: 5 })]);
      await database.stop();
    },
  };
}
