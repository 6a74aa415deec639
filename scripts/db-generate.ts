/**
 * `npm run db:generate -- --name what-changes`: makes a migration of whatever changed in db/schema or in the SQL files beside the
 * code (db/setup/migration-sources/sources.ts lists them). Look at it before you commit it: what it cannot know, such as how rows are carried over
 * or how a composite type changes, is written into it by hand, and `npm run check` holds the result against the sources.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { changesOf } from "../db/setup/migration-sources/changes.ts";
import { makeSchemas } from "../db/setup/migration-sources/scratch.ts";
import { readSources } from "../db/setup/migration-sources/sources.ts";

const FOLDER = path.join("db", "migrations");
const BREAKPOINT = "\n--> statement-breakpoint\n";

/** Runs drizzle-kit, which asks where a column may have been renamed, and returns the file it made, if any. */
function drizzleGenerate(...options: string[]): string | undefined {
  const before = new Set(readdirSync(FOLDER));
  const drizzleKit = path.join("node_modules", "drizzle-kit", "bin.cjs");
  const { status } = spawnSync(process.execPath, [drizzleKit, "generate", ...options], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  return readdirSync(FOLDER).find((file) => file.endsWith(".sql") && !before.has(file));
}

const { name } = parseArgs({ options: { name: { type: "string" } } }).values;
if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
  console.error("Say what changes, in words of small letters: npm run db:generate -- --name what-changes");
  process.exit(1);
}
const ofTables = drizzleGenerate("--name", name);
const { migrated, sources } = await makeSchemas();
const changes = changesOf(migrated, sources, readSources());
if (changes.length > 0) {
  const file = ofTables ?? drizzleGenerate("--custom", "--name", name);
  if (file === undefined) throw new Error("Bug: drizzle-kit made no file.");
  appendFileSync(path.join(FOLDER, file), `${ofTables ? BREAKPOINT : ""}${changes.join(BREAKPOINT)}\n`);
  console.info(`${changes.length} statements of functions, triggers, types and views are in ${file}.`);
} else {
  console.info("No function, trigger, type or view has changed.");
}
process.exit(0);
