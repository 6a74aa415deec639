/**
 * `npm run prove [-- --minutes 5] [--seed 1] [--fault text] [--least 1]`: tries to break the promise of the production
 * build, and counts. `npm run prove -- --mutants`, or `--mutant text` for some of them: shows that planted bugs are found.
 * `--least`: how often each cheap fault must fire; each other one must once. Writes docs/PROOF.md after a round of all
 * faults of ten minutes or more, and after all mutants. Exit code 1 where anything contradicts the promise, where a fault
 * did not fire often enough, or where a bug is not found.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../e2e/faults/app-server.ts";
import { setStage } from "../e2e/faults/environment.ts";
import { isDue } from "../e2e/faults/injectors/schedule.ts";
import { allFaults, proveSensitivity } from "../e2e/faults/planted/sensitivity.ts";
import { roundTable, sensitivityTable, writeProof } from "../e2e/faults/report.ts";
import { playRound } from "../e2e/faults/round.ts";
import { storyOf } from "../e2e/faults/workload/history.ts";
import { ELSEWHERE_MS } from "../e2e/faults/workload/shoppers.ts";
import { ensureBrowser } from "./browser.mjs";

/** A shorter round is for trying things, not for the record. */
const RECORD_MINUTES = 10;
const VIOLATIONS_SHOWN = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    fault: { type: "string", default: "" },
    least: { type: "string", default: "1" },
    mutants: { type: "boolean", default: false },
    mutant: { type: "string", default: "" },
  },
});
const [minutes, seed, least] = [Number(values.minutes), Number(values.seed), Number(values.least)];
if (![minutes, seed, least].every((number) => number >= 0)) {
  console.error("--minutes, --seed and --least are numbers.");
  process.exit(1);
}
if (!existsSync(path.join(projectRoot, ".next", "BUILD_ID"))) {
  console.error("There is no production build yet: run npm run build first.");
  process.exit(1);
}
process.env.ONCE_CHROMIUM ??= await ensureBrowser();
// Whatever was started ends with this process: servers and databases hear of its end, not of a signal.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
console.info(`Seed ${seed}. The same choices again: --seed ${seed}`);
process.exit((await (values.mutants || values.mutant ? mutants() : round())) ? 0 : 1);

async function round(): Promise<boolean> {
  const faults = allFaults.filter((fault) => fault.name.includes(values.fault));
  if (faults.length === 0) throw new Error(`No fault's name contains "${values.fault}".`);
  const stage = await setStage(projectRoot, path.join(projectRoot, ".data", "prove"));
  const result = await playRound(stage, {
    seed,
    forMs: minutes * 60_000,
    faults,
    cheapLeast: least,
    browserPauseMs: ELSEWHERE_MS,
    onProgress: progress,
  }).finally(() => stage.close());
  progress("");
  const table = roundTable(result, seed);
  console.info(`\n${table}\n`);
  for (const violation of result.violations.slice(0, VIOLATIONS_SHOWN)) {
    console.info(`${violation.check}: ${violation.key ?? ""} ${violation.says}`);
    for (const line of violation.key ? storyOf(result.history, violation.key) : [])
      console.info(`    ${line}`);
  }
  const silent = faults.filter((fault) => isDue(fault, result.fired, least)).map(({ name }) => name);
  if (silent.length > 0) console.info(`Did not fire often enough: ${silent.join("; ")}.`);
  if (minutes >= RECORD_MINUTES && values.fault === "") writeProof(projectRoot, "round", table);
  console.info(`${result.violations.length} contradictions. Seed ${seed}.`);
  return result.violations.length === 0 && silent.length === 0;
}

async function mutants(): Promise<boolean> {
  const found = await proveSensitivity(
    projectRoot,
    seed,
    values.mutant,
    ({ bug, checks, others, seconds }) => {
      const meanwhile = others.length > 0 ? `; meanwhile: ${others.join(", ")}` : "";
      const says = checks.length > 0 ? "found  " : "nothing";
      console.info(`${says} ${bug.name} (${Math.round(seconds)} s): ${checks.join(", ")}${meanwhile}`);
    },
  );
  if (values.mutant === "") writeProof(projectRoot, "planted", sensitivityTable(found));
  const missed = found.filter(({ checks }) => checks.length === 0);
  console.info(`${found.length - missed.length} of ${found.length} planted bugs found.`);
  return missed.length === 0 && found.length > 0;
}

/** One line that is written over, on a terminal; one line each, elsewhere. */
function progress(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
  else if (line) console.info(line);
}
