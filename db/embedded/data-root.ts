/** The folder that the caller names: what is recorded in it between starts, and where its cluster is kept. */
import { createHash, randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { access, chmod, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { type Account, canEnter, keepOwner, run } from "./account.ts";
import { EmbeddedServerError } from "./failure.ts";
import { processIdentity } from "./ownership.ts";

/** For clones that lie where `nobody` cannot enter, such as below /root. Only root can make it, and only root needs it. */
export const SYSTEM_FOLDER = "/var/lib/once";
/** Sixteen hexadecimal digits of SHA-256 tell the clones of one machine apart. */
const NAME_DIGITS = 16;

const state = z.strictObject({
  /** Of this file's form. */
  version: z.literal(1),
  /** Where the cluster is: relative to the data root, so that a clone can be moved; absolute where it lies elsewhere. */
  cluster: z.string().min(1),
  password: z.string().min(1),
  /** The port it listened on last; absent before the first start. */
  port: z.int().min(1).max(65_535).optional(),
  /** The PostgreSQL server process that was started last. */
  postmaster: processIdentity.optional(),
  /** The process of ours that ends it. */
  owner: processIdentity.optional(),
});
export type State = z.infer<typeof state>;

/** Makes the data root where it is missing; what root makes there belongs to the owner of the folder above. */
export async function makeDataRoot(dataRoot: string): Promise<void> {
  const firstMade = await makeFolders(dataRoot).catch(async (error: unknown) => {
    // Node says "not there" of a read-only disk. What is there says what it is.
    await access(nearestFolder(dataRoot), constants.W_OK);
    throw error;
  });
  if (firstMade === undefined || process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dirname(firstMade));
  await run("chown", ["-R", `${uid}:${gid}`, firstMade], undefined);
}

/**
 * Makes a folder and what is missing above it, and returns the first that was missing. One by one: on a file system that
 * holds no folders, Node.js does not come back from making all at once.
 */
async function makeFolders(folder: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let path = folder; !existsSync(path); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    await mkdir(path).catch((error: unknown) => {
      // Another process may have been quicker.
      if (!existsSync(path)) throw error;
    });
  }
  // What is there may be no folder.
  await mkdir(folder, { recursive: true });
  return missing[0];
}

function nearestFolder(path: string): string {
  const above = dirname(path);
  return above === path || existsSync(above) ? above : nearestFolder(above);
}

/** Makes a folder that every account may enter, whatever the umask; folders that are there are left as they are. */
export async function makeEnterableFolder(folder: string): Promise<void> {
  const firstMade = await makeFolders(folder);
  if (firstMade === undefined) return;
  for (let made = folder; made.length >= firstMade.length; made = dirname(made)) await chmod(made, 0o755);
}

/**
 * The folder outside of the data root that belongs to it, whether or not it is used. Next.js would follow a path of which
 * no part is known at build time, and take every file for one that a deployment needs.
 */
export function outsideFolder(dataRoot: string): string {
  const name = createHash("sha256").update(dataRoot).digest("hex").slice(0, NAME_DIGITS);
  return join(/* turbopackIgnore: true */ SYSTEM_FOLDER, name);
}

/** The folder to hold the cluster: the data root, or one outside where the account cannot enter that. */
export async function chooseClusterFolder(account: Account | undefined, dataRoot: string): Promise<string> {
  if (await canEnter(account, dataRoot)) return dataRoot;
  const outside = outsideFolder(dataRoot);
  await makeEnterableFolder(outside);
  if (await canEnter(account, outside)) return outside;
  throw new EmbeddedServerError(
    `PostgreSQL does not run as root, and no other account can enter ${dataRoot} or ${SYSTEM_FOLDER}: move the clone, run as an ordinary user, or set DATABASE_URL.`,
  );
}

function stateFile(dataRoot: string): string {
  return join(dataRoot, "postgres.json");
}

/** The recorded state; absent before the first start. Throws where the file is there and cannot be understood. */
export async function readState(dataRoot: string): Promise<State | undefined> {
  const file = stateFile(dataRoot);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new EmbeddedServerError(
      `${file} cannot be read by this account: run as the account that made it, or remove ${dataRoot}.`,
      { cause },
    );
  }
  try {
    return state.parse(JSON.parse(text));
  } catch (cause) {
    throw new EmbeddedServerError(`${file} is damaged: remove ${dataRoot} to start with an empty database.`, {
      cause,
    });
  }
}

/** Replaces the state, readable by its owner only. After a crash of the machine it is the old or the new one. */
export async function writeState(dataRoot: string, next: State): Promise<void> {
  const file = stateFile(dataRoot);
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flush: true });
    await keepOwner(draft);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}
