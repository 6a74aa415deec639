/** Where the cluster lies: inside the data root, unless the account that PostgreSQL runs as cannot get there. */
import { createHash } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, chmod, lstat, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { canEnter } from "./account.ts";
import { EmbeddedServerError } from "./failure.ts";
import { below } from "./join-untraced.ts";
import { keepOwner } from "./keep-owner.ts";
import type { Account } from "./run.ts";

/**
 * Root's folders for a clone that lies where `nobody` cannot enter, such as below /root: the first is where such data
 * belongs, the second is for systems on which /var/lib cannot be written.
 */
const SYSTEM_FOLDERS = ["/var/lib/once", "/var/tmp/once"];
/** Sixteen hexadecimal digits of SHA-256 tell the clones of one machine apart. */
const NAME_DIGITS = 16;

/** Makes the data root where it is missing; what root makes there belongs to the owner of the folder above. */
export async function makeDataRoot(dataRoot: string): Promise<void> {
  const firstMade = await mkdir(dataRoot, { recursive: true }).catch(async (error: unknown) => {
    // Node says "not there" of a read-only disk. What is there says what it is.
    await access(nearestFolder(dataRoot), constants.W_OK);
    throw error;
  });
  if (firstMade === undefined) return;
  const made: string[] = [];
  for (let path = dataRoot; path.length >= resolve(firstMade).length; path = dirname(path))
    made.unshift(path);
  for (const path of made) await keepOwner(path);
}

function nearestFolder(path: string): string {
  const above = dirname(path);
  return above === path || existsSync(above) ? above : nearestFolder(above);
}

/** The folder outside of the data root that belongs to it, whether or not it is used. */
export function outsideFolders(dataRoot: string): string[] {
  const name = createHash("sha256").update(dataRoot).digest("hex").slice(0, NAME_DIGITS);
  return SYSTEM_FOLDERS.map((folder) => below(folder, name));
}

/** The folder to hold the cluster: the data root, or else one outside that the account can really enter. */
export async function choosePlace(account: Account | undefined, dataRoot: string): Promise<string> {
  if (await canEnter(account, dataRoot)) return dataRoot;
  for (const folder of outsideFolders(dataRoot)) {
    if (
      (await isOurs(dirname(folder))) &&
      (await makeEnterable(folder)) &&
      (await canEnter(account, folder))
    ) {
      return folder;
    }
  }
  throw new EmbeddedServerError(
    `PostgreSQL does not run as root, and no other account can enter ${dataRoot} or ${SYSTEM_FOLDERS.join(" or ")}: move the clone, run as an ordinary user, or set DATABASE_URL.`,
  );
}

/** Root's folder for copies of programs that the account cannot reach where they were installed. */
export async function chooseProgramsFolder(account: Account | undefined, dataRoot: string): Promise<string> {
  if (account === undefined) return join(dataRoot, "postgres-programs");
  for (const folder of SYSTEM_FOLDERS) {
    if ((await isOurs(folder)) && (await canEnter(account, folder))) return join(folder, "programs");
  }
  return join(dataRoot, "postgres-programs");
}

/**
 * Whether the system folder is there and nobody but root can write to it. /var/tmp is open to all, so somebody else
 * could have made a folder of that name for root to run programs from.
 */
async function isOurs(folder: string): Promise<boolean> {
  if (!(await makeEnterable(folder))) return false;
  const found = await lstat(folder);
  const writableByOthers = (found.mode & 0o022) !== 0;
  return found.isDirectory() && found.uid === 0 && !writableByOthers;
}

/** Makes a folder that others may enter, whatever the umask; a folder that is there is left as it is. */
async function makeEnterable(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o755 });
    await chmod(folder, 0o755);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EEXIST";
  }
}
