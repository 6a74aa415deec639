/** PostgreSQL refuses to run as root, so where we are root it runs as another account. */
import { readFile, stat } from "node:fs/promises";
import { EmbeddedServerError } from "./failure.ts";
import { type Account, run } from "./run.ts";

/** It exists on every Linux and macOS and owns nothing. */
const UNPRIVILEGED_NAME = "nobody";

/**
 * Absent for an ordinary user. For root: the owner of the `cluster` that is there already; else the owner of the data
 * root, so that what root starts in somebody's clone stays theirs; else `nobody`. The latter two must stand in
 * /etc/passwd, because initdb looks its own name up.
 */
export async function accountFor(
  cluster: string | undefined,
  dataRoot: string,
): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const clusterOwner = cluster === undefined ? undefined : await ownerOf(cluster);
  if (clusterOwner !== undefined && clusterOwner.uid !== 0) return clusterOwner;

  const accounts = await namedAccounts();
  const rootOwner = await ownerOf(dataRoot);
  const owner = accounts.find(({ uid }) => uid !== 0 && uid === rootOwner?.uid);
  const found = owner ?? accounts.find(({ name, uid }) => name === UNPRIVILEGED_NAME && uid !== 0);
  if (found === undefined) {
    throw new EmbeddedServerError(
      `PostgreSQL does not run as root and there is no account "${UNPRIVILEGED_NAME}" here: run as an ordinary user, or set DATABASE_URL.`,
    );
  }
  return { uid: found.uid, gid: found.gid };
}

/** Lines of /etc/passwd: name, password, uid, gid, … */
async function namedAccounts(): Promise<(Account & { name: string })[]> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n");
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    const account = { name: name ?? "", uid: Number(uid || Number.NaN), gid: Number(gid || Number.NaN) };
    return Number.isInteger(account.uid) && Number.isInteger(account.gid) ? [account] : [];
  });
}

/** Whether the account can really work below `folder`: asked of the operating system, not read off its path or mode. */
export async function canEnter(account: Account | undefined, folder: string): Promise<boolean> {
  if (account === undefined) return true; // What we made ourselves we can enter; else the next step says so.
  // The folder is made its working folder: that needs the permission to enter it and each one above it.
  const shell = await run("/bin/sh", ["-c", 'cd -- "$1"', "sh", folder], { account }).catch(() => undefined);
  return shell?.code === 0;
}

async function ownerOf(path: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
