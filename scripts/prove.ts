/**
 * `npm run prove [-- --minutes 5] [--seed 1] [--fault text] [--least 1]`: tries to break the promise of the production
 * build, and counts. `npm run prove -- --planted`, or `--bug text` for some of them: shows that planted bugs are found.
 * `--least`: how often each cheap fault must fire; each other one must once. Writes docs/PROOF.md after a round of all
 * faults of ten minutes or more, and after all planted bugs. Exit code 1 where anything contradicts the promise, where a fault
 * did not fire often enough, or where a bug is not found.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../e2e/faults/app-server.ts";
import { allFaults } from "../e2e/faults/injectors/all-faults.ts";
import { isDue } from "../e2e/faults/injectors/schedule.ts";
import { runPlantedBugs } from "../e2e/faults/planted/run-planted-bugs.ts";
import { roundTable, sensitivityTable, writeSection } from "../e2e/faults/report.ts";
import { runRound } from "../e2e/faults/round.ts";
import { startTestBed } from "../e2e/faults/test-bed.ts";
import { historyOfKey } from "../e2e/faults/workload/history.ts";
import { BROWSER_PAUSE_MS } from "../e2e/faults/workload/shoppers.ts";
import { ensureBrowser } from "./browser.mjs";

/** A shorter round is for trying things, not for the record. */
const RECORD_MINUTES = 10;
const VIOLATIONS_SHOWN = 10;
const PROOF = path.join(projectRoot, "docs", "PROOF.md");

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "2" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 31)) },
    fault: { type: "string", default: "" },
    least: { type: "string", default: "1" },
    planted: { type: "boolean", default: false },
    bug: { type: "string", default: "" },
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
process.exit((await (values.planted || values.bug ? plantedBugs() : round())) ? 0 : 1);

async function round(): Promise<boolean> {
  const faults = allFaults.filter((fault) => fault.name.includes(values.fault));
  if (faults.length === 0) throw new Error(`No fault's name contains "${values.fault}".`);
  const testBed = await startTestBed(projectRoot, path.join(projectRoot, ".data", "prove"));
  const result = await runRound(testBed, {
    seed,
    durationMs: minutes * 60_000,
    faults,
    minFirings: least,
    browserPauseMs: BROWSER_PAUSE_MS,
    onProgress: progress,
  }).finally(() => testBed.close());
  progress("");
  const table = roundTable(result, seed);
  console.info(`\n${table}\n`);
  for (const violation of result.violations.slice(0, VIOLATIONS_SHOWN)) {
    console.info(`${violation.check}: ${violation.key ?? ""} ${violation.message}`);
    for (const line of violation.key ? historyOfKey(result.history, violation.key) : [])
      console.info(`    ${line}`);
  }
  const silent = faults.filter((fault) => isDue(fault, result.fired, least)).map(({ name }) => name);
  if (silent.length > 0) console.info(`Did not fire often enough: ${silent.join("; ")}.`);
  if (minutes >= RECORD_MINUTES && values.fault === "") writeSection(PROOF, "round", table);
  console.info(`${result.violations.length} contradictions. Seed ${seed}.`);
  return result.violations.length === 0 && silent.length === 0;
}

async function plantedBugs(): Promise<boolean> {
  const detections = await runPlantedBugs(
    projectRoot,
    seed,
    values.bug,
    ({ bug, detectedBy, others, seconds }) => {
      const meanwhile = others.length > 0 ? `; meanwhile: ${others.join(", ")}` : "";
      const verdict = detectedBy.length > 0 ? "found  " : "nothing";
      console.info(`${verdict} ${bug.name} (${Math.round(seconds)} s): ${detectedBy.join(", ")}${meanwhile}`);
    },
  );
  if (values.bug === "") writeSection(PROOF, "planted", sensitivityTable(detections));
  const missed = detections.filter(({ detectedBy }) => detectedBy.length === 0);
  console.info(`${detections.length - missed.length} of ${detections.length} planted bugs found.`);
  return missed.length === 0 && detections.length > 0;
}

/** One line that is written over, on a terminal; one line each, elsewhere. */
function progress(line: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K${line}`);
  else if (line) console.info(line);
}
