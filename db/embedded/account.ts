/** PostgreSQL refuses to run as root, so where we are root it runs as another account. */
import { execFile } from "node:child_process";
import { chown, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { EmbeddedServerError } from "./failure.ts";

/** The account that PostgreSQL runs as; absent where that is our own. */
export type Account = { uid: number; gid: number };

/** It exists on every Linux and macOS and owns nothing. */
const UNPRIVILEGED_NAME = "nobody";
/** initdb takes about a second; on a slow disk it writes 40 MB and waits for them. */
const RUN_LIMIT_MS = 120_000;

/**
 * Absent for an ordinary user. For root: the owner of the `cluster` that is there already; else the owner of the data
 * root, so that what root starts in somebody's clone stays theirs; else `nobody`. The latter two must have a name on
 * this system, because initdb looks its own name up.
 */
export async function accountFor(
  cluster: string | undefined,
  dataRoot: string,
): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const clusterOwner = cluster === undefined ? undefined : await stat(cluster).catch(() => undefined);
  if (clusterOwner && clusterOwner.uid !== 0) return { uid: clusterOwner.uid, gid: clusterOwner.gid };

  const { uid } = await stat(dataRoot);
  const account = (uid === 0 ? undefined : await lookUp(String(uid))) ?? (await lookUp(UNPRIVILEGED_NAME));
  if (account) return account;
  throw new EmbeddedServerError(
    `PostgreSQL does not run as root and there is no account "${UNPRIVILEGED_NAME}" here: run as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Asked of `id`, because not every account stands in /etc/passwd. */
async function lookUp(user: string): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all(["-u", "-g"].map((what) => run("id", [what, user], undefined)));
  if (uid?.code !== 0 || gid?.code !== 0) return undefined;
  // macOS may write the uid of `nobody` as -2; the file system knows it as 4294967294.
  return { uid: Number(uid.output) >>> 0, gid: Number(gid.output) >>> 0 };
}

/** Whether the account can work below `folder`: found by making it a working folder, which needs all permissions. */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  if (account === undefined) return true;
  return (await run("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], account)).code === 0;
}

/**
 * Gives a file that root made to the owner of the folder it lies in, so that the owner of a clone can use it
 * after one `sudo npm run dev`. Does nothing for an ordinary user.
 */
export async function keepOwner(path: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(path));
  await chown(path, uid, gid);
}

/**
 * How PostgreSQL's programs are started: as the account, in a folder that it can enter. Of our environment they get PATH
 * only, because PGPORT or LD_LIBRARY_PATH, meant for another PostgreSQL, would change what they do.
 */
export function processOptions(account: Account | undefined) {
  // spawn() takes signed numbers, and the uid of macOS's `nobody` is above the largest.
  const ids = account && { uid: account.uid | 0, gid: account.gid | 0 };
  const env = { PATH: process.env.PATH, NODE_ENV: process.env.NODE_ENV, LC_ALL: "C", TZ: "UTC" };
  return { ...ids, cwd: "/", env };
}

/** Runs a program to its end. Where it could not be run at all, `output` says why and `code` is no number. */
export async function run(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): Promise<{ code: unknown; output: string }> {
  try {
    const options = { ...processOptions(account), timeout: RUN_LIMIT_MS };
    const { stdout, stderr } = await promisify(execFile)(program, args, options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { code, stdout, stderr } = error as Error & { code?: unknown; stdout?: string; stderr?: string };
    return { code, output: `${stdout ?? ""}${stderr ?? ""}` || error.message };
  }
}
