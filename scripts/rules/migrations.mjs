/**
 * Refuses a schema that the migrations do not make: has drizzle-kit generate into a copy of them, where nothing new may
 * appear. Nothing is left behind.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { root, tool } from "../run.mjs";

/** Takes a second; a drizzle-kit that waits for an answer to a question hangs. */
const GENERATE_LIMIT_MS = 60_000;

const migrations = join(root, "db", "migrations");
const folder = mkdtempSync(join(tmpdir(), "once-migrations-"));
try {
  const copy = join(folder, "migrations");
  cpSync(migrations, copy, { recursive: true });
  const schema = "./db/schema/*.ts";
  // Relative, because drizzle-kit puts "./" before whatever it is given.
  const options = ["--dialect", "postgresql", "--schema", schema, "--out", relative(root, copy)];
  const [program = "", ...args] = tool("drizzle-kit", "drizzle-kit", "generate", ...options);
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: GENERATE_LIMIT_MS,
  });
  const before = new Set(readdirSync(migrations));
  const added = readdirSync(copy).filter((file) => !before.has(file));
  if (status !== 0 || !/No schema changes/.test(stdout)) {
    console.error(added.map((file) => readFileSync(join(copy, file), "utf8")).join("\n") || stdout + stderr);
    console.error(
      "db/schema is ahead of db/migrations: run `npx drizzle-kit generate` and commit what it writes.",
    );
    process.exitCode = 1;
  } else {
    console.log("The migrations make exactly db/schema.");
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
