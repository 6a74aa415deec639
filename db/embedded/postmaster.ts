/** The running server process: found through the file it keeps in its data folder, believed only when it answers. */
import { once } from "node:events";
import { readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import postgres from "postgres";
import { SUPERUSER } from "./cluster.ts";
import { HOST } from "./port.ts";
import { markOfProcessNaming, type ProcessMark } from "./process-identity.ts";

export type Postmaster = { mark: ProcessMark; port: number; status: "starting" | "ready" | "stopping" };

/** A server on the same machine answers in milliseconds; ten seconds are for one that is swapped out or short of a core. */
const ANSWER_LIMIT_MS = 10_000;

function pidFile(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

/** What postmaster.pid says, line by line: process, data folder, start, port, socket folder, address, memory, status. */
function readPidFile(cluster: string): { pid: number; port: number; status: string } | undefined {
  let text: string;
  try {
    text = readFileSync(pidFile(cluster), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  const [pid, , , port, , , , status] = text.split("\n");
  if (!Number(pid)) return undefined; // It is being written.
  return { pid: Number(pid), port: Number(port), status: (status ?? "").trim() };
}

/** The server that runs on this data folder now: its file names a process that lives and was started on the folder. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const file = readPidFile(cluster);
  const mark = file && markOfProcessNaming(file.pid, cluster);
  if (!mark) return undefined;
  const status = file.status === "ready" || file.status === "stopping" ? file.status : "starting";
  return { mark, port: file.port, status };
}

/**
 * Removes a postmaster.pid whose process is not this server's. PostgreSQL clears one whose process is gone by itself;
 * it does not dare where the number now belongs to another process, as after a container's restart. Should server
 * processes still use the folder, the start is refused all the same: by their shared memory.
 */
export async function clearStalePidFile(cluster: string): Promise<void> {
  if (findPostmaster(cluster) === undefined) await rm(pidFile(cluster), { force: true });
}

/** `postgres://postgres:…@127.0.0.1:PORT/postgres`. */
export function adminUrl(password: string, port: number): string {
  return `postgres://${SUPERUSER}:${password}@${HOST}:${port}/postgres`;
}

/**
 * Whether a server answers at this port, takes our password and serves exactly this data folder. Anything else is
 * returned as the error: nothing may be given out as ours that was not seen to be. Leaves no connection and no timer.
 */
export async function checkAnswers(
  password: string,
  port: number,
  cluster: string,
): Promise<{ error?: unknown }> {
  const socket = createConnection({ host: HOST, port });
  const limit = setTimeout(() => {
    socket.destroy(new Error(`The server gave no answer within ${ANSWER_LIMIT_MS / 1000} seconds.`));
  }, ANSWER_LIMIT_MS);
  try {
    await once(socket, "connect");
    const [row] = await askFolder(adminUrl(password, port), socket);
    const isOurs = row !== undefined && realpathSync(row.folder) === realpathSync(cluster);
    return isOurs
      ? {}
      : { error: new Error(`The server at port ${port} serves ${row?.folder}, not ${cluster}.`) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(limit);
    socket.destroy();
  }
}

/**
 * Over a socket of ours, because the driver would connect again and again, for ever, to a server that closes each
 * connection, and can leave one behind that keeps the process from ending.
 */
async function askFolder(url: string, socket: Socket): Promise<{ folder: string }[]> {
  let isTaken = false;
  const options = {
    max: 1,
    ssl: false,
    prepare: false,
    fetch_types: false,
    connect_timeout: 0,
    max_lifetime: null,
    connection: { application_name: "once: is the embedded server there?" },
    socket: () => {
      if (isTaken) throw new Error("The server closed the connection.");
      isTaken = true;
      return socket;
    },
  };
  const sql = postgres(url, options);
  const closed = once(socket, "close").then(() => {
    throw socket.errored ?? new Error("The server closed the connection.");
  });
  try {
    return await Promise.race([
      sql<{ folder: string }[]>`select current_setting('data_directory') as folder`,
      closed,
    ]);
  } finally {
    closed.catch(() => {}); // It closes in any case; after the answer that is nobody's business.
    await sql.end({ timeout: 0 });
  }
}
