/**
 * `npm run mutants [name …]`: plants one bug at a time in the tests' database and runs the database tests until one turns
 * red. Every mutant must turn one red; the table says which. Exit code 1 where one survives.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { MUTANTS } from "../db/testing/mutants/mutants.ts";

/** A mutant may make a test wait for its own limit; a run that takes longer than this hangs. */
const RUN_LIMIT_MS = 5 * 60_000;

type Report = { testResults: { assertionResults: { status: string; fullName: string }[] }[] };

const wanted = process.argv.slice(2);
const chosen = MUTANTS.filter((mutant) => wanted.length === 0 || wanted.includes(mutant.name));
const folder = mkdtempSync(path.join(tmpdir(), "once-mutants-"));
let survivors = 0;

for (const mutant of chosen) {
  const outputFile = path.join(folder, `${mutant.name}.json`);
  const folders = ["payments", "idempotency", "ledger", "orders", "operators", "security"];
  const tests = ["vitest", "run", ...folders.map((name) => `db/${name}/`)];
  spawnSync("npx", [...tests, "--bail=1", "--reporter=json", `--outputFile=${outputFile}`], {
    env: { ...process.env, ONCE_MUTANT: mutant.name },
    stdio: "ignore",
    timeout: RUN_LIMIT_MS,
  });
  const report = JSON.parse(readFileSync(outputFile, "utf8")) as Report;
  const failed = report.testResults
    .flatMap((file) => file.assertionResults)
    .filter((result) => result.status === "failed")
    .map((result) => result.fullName);
  if (failed.length === 0) survivors += 1;
  console.info(`${failed.length > 0 ? "caught  " : "SURVIVED"} ${mutant.name}: without ${mutant.without}`);
  for (const name of failed) console.info(`           red: ${name}`);
}

rmSync(folder, { recursive: true });
console.info(`${chosen.length - survivors} of ${chosen.length} caught.`);
process.exitCode = survivors === 0 && chosen.length > 0 ? 0 : 1;
