/** PostgreSQL's data directory: complete, or not there at all. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chown, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Account, run } from "./account.ts";
import { describeFailure, EmbeddedServerError } from "./failure.ts";
import type { Programs } from "./programs.ts";

export const SUPERUSER = "postgres";

const NEW_PREFIX = "postgres.new-";

/** Removing is tried again after 100 ms, 200 ms and so on, for five seconds together. */
const REMOVE = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 };

const INITDB_OPTIONS = [
  "--auth=scram-sha-256",
  "--encoding=UTF8",
  // Collation from PostgreSQL itself: the system's differs between machines and changes with updates, and indexes with
  // it. C for the rest, because not every system has a locale called C.UTF-8.
  "--locale-provider=builtin",
  "--builtin-locale=C.UTF-8",
  "--locale=C",
];

/**
 * Whether there is a complete cluster at this path. Throws where it is one of another major version, whose files the
 * programs at hand cannot read.
 */
export async function isCluster(cluster: string, major: number): Promise<boolean> {
  const versionFile = join(cluster, "PG_VERSION");
  if (!existsSync(versionFile) || !existsSync(join(cluster, "global", "pg_control"))) return false;
  const version = (await readFile(versionFile, "utf8")).trim();
  if (version === String(major)) return true;
  throw new EmbeddedServerError(
    `The database in ${cluster} was made by PostgreSQL ${version} and this is PostgreSQL ${major}: remove that folder to start with an empty one.`,
  );
}

/**
 * Makes a cluster at this path, where there is none. initdb works in a folder beside it that is renamed when all is
 * written, so a crash in between leaves nothing that a later start could take for a cluster.
 */
export async function initialiseCluster(
  cluster: string,
  password: string,
  programs: Programs,
  account: Account | undefined,
): Promise<void> {
  const folder = dirname(cluster);
  // What starts that were killed left. Their initdb can go on for a moment and write while the folder is removed.
  for (const name of await readdir(folder)) {
    if (name.startsWith(NEW_PREFIX)) await rm(join(folder, name), REMOVE);
  }
  // A folder that is no complete cluster may still hold somebody's data: it is moved out of the way, not removed.
  if (existsSync(cluster)) {
    await rename(cluster, `${cluster}.incomplete-${new Date().toISOString().replaceAll(/[:.]/g, "-")}`);
  }

  const draft = join(folder, `${NEW_PREFIX}${randomUUID()}`);
  const data = join(draft, "data");
  const passwordFile = join(draft, "password");
  try {
    await mkdir(draft, { mode: 0o700 });
    await mkdir(data, { mode: 0o700 });
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account) {
      for (const path of [passwordFile, data, draft]) await chown(path, account.uid, account.gid);
    }
    const options = [
      `--pgdata=${data}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      ...INITDB_OPTIONS,
    ];
    const { code, output } = await run(programs.initdb, options, account);
    if (code !== 0) {
      const otherwise = `PostgreSQL could not make its data folder (initdb ended with code ${code}).`;
      throw new EmbeddedServerError(describeFailure(output, data, otherwise), { output });
    }
    await rename(data, cluster);
    // Makes the rename last through a power failure.
    const handle = await open(folder, "r");
    await handle.sync().finally(() => handle.close());
  } finally {
    await rm(draft, REMOVE);
  }
}
