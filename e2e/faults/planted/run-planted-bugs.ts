/** Runs a round against each planted bug, in a database or a copy of the sources of its own, and reports which check detected it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { plant } from "../../../db/testing/mutants/mutant.ts";
import type { CheckName } from "../checkers/violation.ts";
import { allFaults, TRIGGERS } from "../injectors/all-faults.ts";
import { runRound } from "../round.ts";
import { startTestBed } from "../test-bed.ts";
import { DATABASE_BUGS } from "./database-bugs.ts";
import type { PlantedBug, SourceChange } from "./planted-bug.ts";
import { SOURCE_BUGS } from "./source-bugs.ts";

/** `detectedBy`: those of the bug's own checks that failed. `others`: further ones. */
export type Detection = { bug: PlantedBug; detectedBy: CheckName[]; others: CheckName[]; seconds: number };

/** Long enough for each of these to do harm; a round ends once its bug is found. */
const ROUND_MS = 150_000;
/** A bug in the page is met in browsers only, so that each fault should hit one. */
const IN_BROWSER = { programs: 0, browserPauseMs: 100 };
const TYPES_UNCHECKED: SourceChange = {
  file: "next.config.ts",
  find: "reactStrictMode: true,",
  replace: "reactStrictMode: true,\n  typescript: { ignoreBuildErrors: true },",
};

/** Copies the tracked files to `folder`, inside the project, so that the build finds the same packages. */
function copyProject(root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).stdout.split("\0");
  for (const name of files.filter(Boolean)) cpSync(path.join(root, name), path.join(folder, name));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
}

/** Builds the copy with the bug in it, without a type check, and restores its sources. */
function buildWithBug(folder: string, edits: readonly SourceChange[]): void {
  const originals = new Map<string, string>();
  for (const edit of [...edits, TYPES_UNCHECKED]) {
    const file = path.join(folder, edit.file);
    const text = readFileSync(file, "utf8");
    // Of several edits of one file, each finds what the ones before it have made.
    if (!originals.has(file)) originals.set(file, text);
    const parts = text.split(edit.find);
    if (parts.length !== 2)
      throw new Error(`"${edit.find}" stands ${parts.length - 1} times in ${file}, not once.`);
    writeFileSync(file, parts.join(edit.replace));
  }
  const built = spawnSync("npx", ["next", "build"], { cwd: folder, encoding: "utf8" });
  if (built.status !== 0)
    throw new Error(`The copy with the bug does not build: ${built.stdout}${built.stderr}`);
  for (const [file, text] of originals) writeFileSync(file, text);
}

const CONTROL: PlantedBug = { name: "none", what: "the product as it is", detectedBy: [] };

/** Runs every planted bug whose name contains `text`; before all of them a control, in which nothing may be found. */
export async function runPlantedBugs(
  root: string,
  seed: number,
  text: string,
  onDetection: (detection: Detection) => void,
): Promise<Detection[]> {
  const folder = path.join(root, ".data", "prove-planted");
  const copy = path.join(folder, "copy");
  const planted = [...DATABASE_BUGS, ...SOURCE_BUGS].filter((bug) => bug.name.includes(text));
  if (planted.some(({ edits }) => edits)) copyProject(root, copy);
  const all: Detection[] = [];
  for (const bug of text === "" ? [CONTROL, ...planted] : planted) {
    if (bug.edits) buildWithBug(copy, bug.edits);
    const detection = await runAgainst(bug, bug.edits ? copy : root, folder, seed);
    onDetection(detection);
    if (bug !== CONTROL) all.push(detection);
    else if (detection.others.length > 0)
      throw new Error(`A round without a bug contradicts the promise: ${detection.others.join(", ")}.`);
  }
  return all;
}

async function runAgainst(bug: PlantedBug, build: string, folder: string, seed: number): Promise<Detection> {
  const testBed = await startTestBed(build, folder, async (owner) => {
    for (const change of bug.sql ?? []) await plant(owner, change);
  });
  const isDetector = (check: CheckName) => bug.detectedBy.includes(check);
  try {
    const { violations, seconds } = await runRound(testBed, {
      seed,
      durationMs: ROUND_MS,
      faults: allFaults.filter((fault) =>
        bug.trigger ? fault.name === TRIGGERS[bug.trigger] : fault.isCheap,
      ),
      minFirings: 0,
      ...(bug.inBrowser && IN_BROWSER),
      stopOn: (check) => bug === CONTROL || isDetector(check),
      onProgress: () => {},
    });
    const all = [...new Set(violations.map(({ check }) => check))].sort();
    return {
      bug,
      detectedBy: all.filter(isDetector),
      others: all.filter((check) => !isDetector(check)),
      seconds,
    };
  } finally {
    await testBed.close();
  }
}
