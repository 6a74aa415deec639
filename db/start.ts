/** Start-up of the database: embedded or given, migrated, seeded where it is the demo, connected. */
import path from "node:path";
import { connect, setDatabase } from "./client.ts";
import { startEmbedded } from "./embedded.ts";
import { reapKeys } from "./idempotency/reap.ts";
import { sealAtStart, sealTransfers } from "./ledger/seal.ts";
import { connectAsOwner, migrate } from "./migrate.ts";
import { provision } from "./provision.ts";
import { seedDemo } from "./seed.ts";

export type StartOptions = {
  databaseUrl?: string | undefined;
  ownerUrl?: string | undefined;
  dataDir: string;
  demo: boolean;
};

/** A day's keys are a small table; once a minute keeps it so. */
const REAP_PAUSE_MS = 60_000;
/** What was altered before it was sealed cannot be told, so not long; a round that finds nothing costs a millisecond. */
const SEAL_PAUSE_MS = 3_000;
/** What PostgreSQL 14 lacks (assignment to a field of an array's element) is needed by settling. */
const OLDEST_SERVER_VERSION = 15;

/** Asks for the server's major version, and refuses one that settling cannot run on. */
async function serverVersion(ownerUrl: string): Promise<number> {
  const sql = connectAsOwner(ownerUrl);
  try {
    const [row] = await sql<
      { version: number }[]
    >`select current_setting('server_version_num')::int / 10000 as version`;
    const version = row?.version ?? 0;
    if (version < OLDEST_SERVER_VERSION) {
      throw new Error(
        `Once needs PostgreSQL ${OLDEST_SERVER_VERSION} or newer; this server is version ${version}.`,
      );
    }
    return version;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Makes the database ready and sets it as this process's. Safe when several processes start at once. */
export async function startDatabase(options: StartOptions): Promise<void> {
  const { appUrl, ownerUrl } =
    options.databaseUrl === undefined
      ? await provision((await startEmbedded(path.resolve(options.dataDir))).adminUrl, "once")
      : { appUrl: options.databaseUrl, ownerUrl: options.ownerUrl ?? options.databaseUrl };
  const version = await serverVersion(ownerUrl);
  await migrate(ownerUrl);
  setDatabase(connect(appUrl, version));
  if (options.demo) await seedDemo(ownerUrl);
  await attempt("Sealing transfers", () => sealAtStart(ownerUrl));
  repeat("Reaping keys", REAP_PAUSE_MS, reapKeys);
  repeat("Sealing transfers", SEAL_PAUSE_MS, sealTransfers);
}

/** Does what decides nothing about money: where it fails, that is left to the next round. */
async function attempt(what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.warn(`${what} failed; the next round tries again.`, error);
  }
}

/** Repeats `work` for as long as the process lives. A round begins `pauseMs` after the one before has ended. */
function repeat(what: string, pauseMs: number, work: () => Promise<unknown>): void {
  const timer = setTimeout(async () => {
    await attempt(what, work);
    repeat(what, pauseMs, work);
  }, pauseMs);
  timer.unref();
}
