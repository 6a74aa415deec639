/** The running server process: found through the file it keeps in its data folder, believed only when it answers. */
import { readFileSync, realpathSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import postgres from "postgres";
import { SUPERUSER } from "./cluster.ts";
import { HOST } from "./port.ts";
import { markOfProcessNaming, type ProcessMark } from "./process-mark.ts";

export type Postmaster = { mark: ProcessMark; port: number; status: "starting" | "ready" | "stopping" };

/** A server on the same machine answers in milliseconds; five seconds are for one that is busy recovering or swapped out. */
const CONNECT_LIMIT_S = 5;
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
 * Whether a server answers at this address, takes our password and serves exactly this data folder. Anything else is
 * returned as the error: nothing may be given out as ours that was not seen to be.
 */
export async function checkAnswers(url: string, cluster: string): Promise<{ error?: unknown }> {
  const sql = postgres(url, {
    max: 1,
    ssl: false,
    prepare: false,
    fetch_types: false,
    connect_timeout: CONNECT_LIMIT_S,
    connection: { application_name: "once: is the embedded server there?" },
  });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ANSWER_LIMIT_MS} ms.`)), ANSWER_LIMIT_MS);
  });
  try {
    const answer = sql<{ folder: string }[]>`select current_setting('data_directory') as folder`;
    const [row] = await Promise.race([answer, deadline]);
    const isSame = row !== undefined && realpathSync(row.folder) === realpathSync(cluster);
    return isSame
      ? {}
      : { error: new Error(`The server at that port serves ${row?.folder}, not ${cluster}.`) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
    await sql.end({ timeout: 0 });
  }
}
