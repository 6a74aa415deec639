/** Start-up of the database: embedded or given, migrated, seeded where it is the demo, connected. */
import path from "node:path";
import type { Stall } from "../../lib/ops/health.ts";
import { type PruneCursor, pruneAttempts } from "../attempts/prune.ts";
import { connect, setDatabase } from "../connection/client.ts";
import { startEmbedded } from "../embedded/server.ts";
import { reapKeys } from "../idempotency/reap.ts";
import { forgetExpiredLinks } from "../identity/pending-sign-ups.ts";
import { runReconciliation } from "../ledger/reconciliation/run.ts";
import { sealAtStart, sealingStall, sealTransfers } from "../ledger/seal.ts";
import { pruneSecurityEvents } from "../security/prune.ts";
import { startCounting, writeServiceMinutes } from "../service/record.ts";
import { CannotStart } from "./cannot-start.ts";
import { DEMO_IS_OPEN, isDemoOpen } from "./demo-removal.ts";
import { migrate } from "./migrate.ts";
import { provision } from "./provision.ts";
import { seedDemo } from "./seed.ts";
import {
  faultsOf,
  inspectServer,
  inspectSession,
  mayWriteMoney,
  ONE_ROLE,
  sessionFaultsOf,
  sessionWarningsOf,
  warningsOf,
} from "./server-check.ts";
import { embeddedIn, usable } from "./unusable-database.ts";

export type StartOptions = {
  databaseUrl?: string | undefined;
  ownerUrl?: string | undefined;
  dataDir: string;
  demo: boolean;
};

/** Once a minute keeps the table of open keys small. */
const REAP_PAUSE_MS = 60_000;
/** Often enough that the rows of a flood are deleted as evenly as they came. */
const PRUNE_PAUSE_MS = 10 * 60_000;
/** What is over is not found any more; that it is deleted soon only keeps what nobody needs out of backups. */
const FORGET_PAUSE_MS = 5 * 60_000;
/** Short, because a change before the seal cannot be detected; a call that finds nothing costs a millisecond. */
const SEAL_PAUSE_MS = 3_000;
/** Often enough to be fixed in time, without a flood of warnings. */
const STALL_PAUSE_MS = 60_000;

/** How often a server looks whether a run over the books is due or asked for. Whether one is, the database says for all servers. */
const RECONCILE_PAUSE_MS = 15_000;

/** What a chart shows is not much older than this. */
const SERVICE_MINUTES_PAUSE_MS = 10_000;

/** Where pg_control_system() may not be read, the identity in a key is the database's alone. */
const NAMELESS_SERVER =
  "The server does not say which one it is (pg_control_system() is not allowed): a key may live again where a dump is " +
  "restored on another server. Run `npm run restored` after every restore, before anything is served.";

/**
 * Makes the database ready and sets it as this process's. Safe when several processes start at once. Refuses a server
 * on which the promise cannot be kept, or that cannot be reached, and, outside the demo, a database that lets in the demo's
 * people: it then throws CannotStart.
 */
export async function startDatabase(options: StartOptions): Promise<void> {
  const { appUrl, ownerUrl, names } = await addressesOf(options);
  const server = await usable(names.app, appUrl, () => inspectServer(appUrl));
  refuse(faultsOf(server));
  const session = await usable(names.app, appUrl, () => inspectSession(appUrl, server));
  refuse(sessionFaultsOf(session));
  for (const warning of [...warningsOf(server), ...sessionWarningsOf(session)]) console.warn(warning);
  const { knowsItsServer } = await usable(names.owner, ownerUrl, () => migrate(ownerUrl, server.role));
  if (!knowsItsServer) console.warn(NAMELESS_SERVER);
  setDatabase(connect(appUrl, server.version));
  await usable(names.app, appUrl, async () => {
    if (await mayWriteMoney()) console.warn(ONE_ROLE);
    if (!options.demo && (await isDemoOpen())) throw new CannotStart(DEMO_IS_OPEN);
  });
  if (options.demo) await usable(names.owner, ownerUrl, () => seedDemo(ownerUrl));
  await attempt("Sealing transfers", () => sealAtStart(ownerUrl));
  startPeriodicWork();
}

function describeStall(stall: Stall): string {
  switch (stall.type) {
    case "held-up":
      return `The journal is held up: a transfer has waited for its seal for ${stall.seconds} s. A transaction that is older is still open, in some database of this server (pg_stat_activity, pg_prepared_xacts): end it.`;
    case "foreign":
      return "The journal cannot go on: transfers without a seal claim transactions that this server has never had. After a restore run `npm run restored`; otherwise somebody has slipped them in, and `npm run reconcile` shows the first.";
    default:
      return stall satisfies never;
  }
}

/** The addresses of the application and of the owner of the tables, and the variables that they come from. */
async function addressesOf({ databaseUrl, ownerUrl, dataDir }: StartOptions) {
  if (databaseUrl === undefined) {
    const folder = path.resolve(dataDir);
    const { adminUrl } = await startEmbedded(folder);
    const names = { app: embeddedIn(folder), owner: embeddedIn(folder) };
    return { ...(await usable(names.owner, adminUrl, () => provision(adminUrl, "once"))), names };
  }
  const names = {
    app: "DATABASE_URL",
    owner: ownerUrl === undefined ? "DATABASE_URL" : "DATABASE_OWNER_URL",
  };
  return { appUrl: databaseUrl, ownerUrl: ownerUrl ?? databaseUrl, names };
}

function refuse(faults: readonly string[]): void {
  if (faults.length > 0)
    throw new CannotStart(["The database server is not fit for payments.", ...faults].join("\n"));
}

/** Work beside the requests, safe on any number of servers at once. */
function startPeriodicWork(): void {
  let cursor: PruneCursor | undefined;
  startCounting();
  repeat("Recording what the service did", SERVICE_MINUTES_PAUSE_MS, writeServiceMinutes);
  repeat("Reaping keys", REAP_PAUSE_MS, reapKeys);
  repeat("Sealing transfers", SEAL_PAUSE_MS, sealTransfers);
  repeat("Looking after the journal", STALL_PAUSE_MS, async () => {
    const stall = await sealingStall();
    if (stall) console.warn(describeStall(stall));
  });
  repeat("Reconciling what is new", RECONCILE_PAUSE_MS, () => runReconciliation("incremental"));
  repeat("Reconciling all the books", RECONCILE_PAUSE_MS, () => runReconciliation("full"));
  repeat("Forgetting expired links", FORGET_PAUSE_MS, forgetExpiredLinks);
  repeat("Pruning attempts", PRUNE_PAUSE_MS, async () => {
    cursor = (await pruneAttempts(cursor)).cursor;
  });
  repeat("Pruning security events", PRUNE_PAUSE_MS, pruneSecurityEvents);
}

/** Logs a failure of work that decides nothing about money, and leaves it to the next round. */
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
