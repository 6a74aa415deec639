/** Start-up of the database: embedded or given, migrated, seeded where it is the demo, connected. */
import path from "node:path";
import { type Position, pruneAttempts } from "./attempts/prune.ts";
import { connect, setDatabase } from "./client.ts";
import { DEMO_IS_OPEN, isDemoOpen } from "./demo-removal.ts";
import { startEmbedded } from "./embedded.ts";
import { reapKeys } from "./idempotency/reap.ts";
import { sealAtStart, sealTransfers } from "./ledger/seal.ts";
import { migrate } from "./migrate.ts";
import { provision } from "./provision.ts";
import { seedDemo } from "./seed.ts";
import { faultsOf, inspectServer, mayWriteMoney, ONE_ROLE, warningsOf } from "./server-check.ts";

export type StartOptions = {
  databaseUrl?: string | undefined;
  ownerUrl?: string | undefined;
  dataDir: string;
  demo: boolean;
};

/** A day's keys are a small table; once a minute keeps it so. */
const REAP_PAUSE_MS = 60_000;
/** What is pruned is a month old; often enough that a flood leaves as evenly as it came. */
const PRUNE_PAUSE_MS = 10 * 60_000;
/** What was altered before it was sealed cannot be told, so not long; a round that finds nothing costs a millisecond. */
const SEAL_PAUSE_MS = 3_000;

/**
 * Makes the database ready and sets it as this process's. Safe when several processes start at once. Refuses a server
 * on which the promise cannot be kept, and says what is wrong with it; and, outside the demo, a database that lets in the
 * demo's people.
 */
export async function startDatabase(options: StartOptions): Promise<void> {
  const { appUrl, ownerUrl } =
    options.databaseUrl === undefined
      ? await provision((await startEmbedded(path.resolve(options.dataDir))).adminUrl, "once")
      : { appUrl: options.databaseUrl, ownerUrl: options.ownerUrl ?? options.databaseUrl };
  const server = await inspectServer(appUrl);
  const faults = faultsOf(server);
  if (faults.length > 0)
    throw new Error(["The database server is not fit for payments.", ...faults].join("\n"));
  for (const warning of warningsOf(server)) console.warn(warning);
  await migrate(ownerUrl, server.role);
  setDatabase(connect(appUrl, server.version));
  if (await mayWriteMoney()) console.warn(ONE_ROLE);
  if (options.demo) await seedDemo(ownerUrl);
  else if (await isDemoOpen()) throw new Error(DEMO_IS_OPEN);
  await attempt("Sealing transfers", () => sealAtStart(ownerUrl));
  startPeriodicWork();
}

/** What runs beside the requests. Each piece is safe on any number of servers at once. */
function startPeriodicWork(): void {
  let pruned: Position | undefined;
  repeat("Reaping keys", REAP_PAUSE_MS, reapKeys);
  repeat("Sealing transfers", SEAL_PAUSE_MS, sealTransfers);
  repeat("Pruning attempts", PRUNE_PAUSE_MS, async () => {
    pruned = (await pruneAttempts(pruned)).position;
  });
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
