/**
 * A PostgreSQL as somebody else would run it, whose settings are what its own files say: the embedded server has on its
 * command line what the promises rest on, so that nothing can switch it off.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { type Account, accountFor } from "../embedded/account.ts";
import { endWithProcess, releaseFromProcess } from "../embedded/ending.ts";
import { choosePort, HOST } from "../embedded/port.ts";
import { checkAnswers } from "../embedded/postmaster.ts";
import { markOf, type ProcessMark } from "../embedded/process-mark.ts";
import { findPrograms } from "../embedded/programs.ts";
import { environment, workingFolder } from "../embedded/run.ts";
import { remembered } from "../embedded/testing.ts";
import { removeEmbedded, startEmbedded } from "../embedded.ts";

export type PlainServer = {
  adminUrl: string;
  /** Changes a setting for the whole server, null for what it was, and resolves when new connections have it. */
  set(name: string, value: string | null): Promise<void>;
  /** Restarts it as a standby of a primary that is not there: it can be read from, and promoted. */
  becomeStandby(): Promise<void>;
  /** Ends all its processes as a crash would, without a last write, and starts it again. */
  crash(): Promise<void>;
  /** Another server on a copy of its files as they are at this moment, as a snapshot of the disk would have them. */
  snapshot(): Promise<PlainServer>;
  /** Ends it and removes all of it. */
  remove(): Promise<void>;
};

/** Makes one and starts it. */
export async function startPlainServer(): Promise<PlainServer> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "once-plain-")));
  const dataRoot = path.join(folder, ".data");
  const embedded = await startEmbedded(dataRoot);
  const { adminUrl } = embedded;
  await embedded.stop();

  const cluster = path.resolve(dataRoot, remembered(dataRoot).cluster);
  const account = await accountFor(cluster, dataRoot);
  const programs = await findPrograms(account, dataRoot);
  return serve(programs.postgres, account, cluster, new URL(adminUrl), async () => {
    await removeEmbedded(dataRoot);
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Runs the server of `cluster` at the port of `url`; `clear` removes what it ran on. */
async function serve(
  program: string,
  account: Account | undefined,
  cluster: string,
  url: URL,
  clear: () => Promise<void>,
): Promise<PlainServer> {
  const adminUrl = url.href;
  const start = async (): Promise<{ child: ChildProcess; mark: ProcessMark }> => {
    const where = [`port=${url.port}`, `listen_addresses=${HOST}`, "unix_socket_directories="];
    const child = spawn(program, ["-D", cluster, ...where.flatMap((setting) => ["-c", setting])], {
      ...account,
      cwd: workingFolder(),
      env: environment(),
      stdio: "ignore",
    });
    await once(child, "spawn");
    const mark = child.pid === undefined ? undefined : markOf(child.pid);
    if (!mark) throw new Error("The server ended as soon as it was started.");
    endWithProcess(mark);
    for (;;) {
      const { error } = await checkAnswers(url.password, Number(url.port), cluster);
      if (error === undefined) return { child, mark };
      if (child.exitCode !== null) throw new Error("The server did not start.", { cause: error });
    }
  };
  let running = await start();
  const end = async (signal: "SIGINT" | "SIGQUIT"): Promise<void> => {
    const gone = once(running.child, "exit");
    running.child.kill(signal);
    await gone;
    releaseFromProcess(running.mark);
  };
  const ask = async <T>(work: (sql: postgres.Sql) => Promise<T>): Promise<T> => {
    const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
    try {
      return await work(sql);
    } finally {
      await sql.end();
    }
  };

  return {
    adminUrl,
    async set(name, value) {
      const before = await ask((sql) => sql`select pg_conf_load_time()::text as loaded`);
      await ask(async (sql) => {
        await sql.unsafe(`alter system ${value === null ? `reset ${name}` : `set ${name} = '${value}'`}`);
        await sql`select pg_reload_conf()`;
      });
      for (;;) {
        const after = await ask((sql) => sql`select pg_conf_load_time()::text as loaded`);
        if (after[0]?.loaded !== before[0]?.loaded) return;
      }
    },
    async becomeStandby() {
      await end("SIGINT");
      const signal = path.join(cluster, "standby.signal");
      writeFileSync(signal, "");
      if (account) chownSync(signal, account.uid, account.gid);
      running = await start();
    },
    async crash() {
      await end("SIGQUIT");
      running = await start();
    },
    async snapshot() {
      const folder = await mkdtemp(path.join(path.dirname(cluster), "snapshot-"));
      const copy = path.join(folder, "cluster");
      await end("SIGQUIT");
      // Node's own copy does not keep owners, and the server runs as the owner of its files.
      await promisify(execFile)("cp", ["-a", cluster, copy]);
      running = await start();
      if (account) await chown(folder, account.uid, account.gid);
      const copyUrl = new URL(url);
      copyUrl.port = String(await choosePort(undefined));
      return serve(program, account, copy, copyUrl, () => rm(folder, { recursive: true, force: true }));
    },
    async remove() {
      await end("SIGINT");
      await clear();
    },
  };
}
