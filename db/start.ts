/** Start-up of the database: embedded or given, migrated, seeded where it is the demo, connected. */
import path from "node:path";
import { type Position, pruneAttempts } from "./attempts/prune.ts";
import { connect, setDatabase } from "./client.ts";
import { startEmbedded } from "./embedded.ts";
import { reapKeys } from "./idempotency/reap.ts";
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
const REAP_EVERY_MS = 60_000;
/** What is pruned is a month old; often enough that a flood leaves as evenly as it came. */
const PRUNE_EVERY_MS = 10 * 60_000;
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
  startReaping();
  startPruning();
}

function startReaping(): void {
  const timer = setInterval(() => {
    // Reaping decides nothing about money: a round that fails is left to the next one.
    reapKeys().catch((error: unknown) =>
      console.warn("Reaping keys failed; the next round tries again.", error),
    );
  }, REAP_EVERY_MS);
  timer.unref();
}

function startPruning(): void {
  let position: Position | undefined;
  let isRunning = false;
  const timer = setInterval(() => {
    // The first round after a start walks over all that is old, and may outlast the interval.
    if (isRunning) return;
    isRunning = true;
    pruneAttempts(position)
      .then((round) => {
        position = round.position;
      })
      .catch((error: unknown) => console.warn("Pruning attempts failed; the next round tries again.", error))
      .finally(() => {
        isRunning = false;
      });
  }, PRUNE_EVERY_MS);
  timer.unref();
}
