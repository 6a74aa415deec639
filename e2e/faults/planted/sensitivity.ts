/** Plays a round against each planted bug, in a database or a copy of the sources of its own, and says which check found it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { plant } from "../../../db/testing/mutants/mutants.ts";
import type { CheckName } from "../checkers/contradiction.ts";
import { setStage } from "../environment.ts";
import { crashes } from "../injectors/crashes.ts";
import { faults, NEEDED } from "../injectors/faults.ts";
import { playRound } from "../round.ts";
import { type Edit, PLANTED, type PlantedBug } from "./planted.ts";

/** `checks`: those that found it, of the ones that are there for it. `others`: what else was found meanwhile. */
export type Found = { bug: PlantedBug; checks: CheckName[]; others: CheckName[]; seconds: number };

/** Long enough for each of these to do harm; a round ends once its bug is found. */
const ROUND_MS = 150_000;
/** A bug in the page is met by those who pay in a browser: the faults are for them alone. */
const IN_BROWSER = { programs: 0, browserPauseMs: 100 };
const TYPES_UNCHECKED: Edit = {
  file: "next.config.ts",
  find: "reactStrictMode: true,",
  replace: "reactStrictMode: true,\n  typescript: { ignoreBuildErrors: true },",
};
/** Copies what git knows of the project to `folder`, inside the project, so that its build finds the same packages. */
function copyProject(root: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).stdout.split("\0");
  for (const name of files.filter(Boolean)) cpSync(path.join(root, name), path.join(folder, name));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
}

/** The copy is built with the bug in it, which need not please the compiler's types; then its sources are whole again. */
function buildWithBug(folder: string, edits: readonly Edit[]): void {
  const whole = new Map<string, string>();
  for (const edit of [...edits, TYPES_UNCHECKED]) {
    const file = path.join(folder, edit.file);
    const text = readFileSync(file, "utf8");
    // Of several edits of one file, each finds what the ones before it have made.
    if (!whole.has(file)) whole.set(file, text);
    const parts = text.split(edit.find);
    if (parts.length !== 2)
      throw new Error(`The bug's place stands ${parts.length - 1} times in ${file}, not once.`);
    writeFileSync(file, parts.join(edit.replace));
  }
  const built = spawnSync("npx", ["next", "build"], { cwd: folder, encoding: "utf8" });
  if (built.status !== 0)
    throw new Error(`The copy with the bug does not build: ${built.stdout}${built.stderr}`);
  for (const [file, text] of whole) writeFileSync(file, text);
}

const asItIs: PlantedBug = { name: "none", what: "the product as it is", by: [] };

/**
 * Plays against every planted bug whose name contains `text`. Before it plays against all, it plays against none, and
 * nothing may be found.
 */
export async function proveSensitivity(
  root: string,
  seed: number,
  text: string,
  onFound: (found: Found) => void,
): Promise<Found[]> {
  const folder = path.join(root, ".data", "prove-planted");
  const copy = path.join(folder, "copy");
  const planted = PLANTED.filter((one) => one.name.includes(text));
  if (planted.some(({ edits }) => edits)) copyProject(root, copy);
  const all: Found[] = [];
  for (const bug of text === "" ? [asItIs, ...planted] : planted) {
    if (bug.edits) buildWithBug(copy, bug.edits);
    const found = await playAgainst(bug, bug.edits ? copy : root, folder, seed);
    onFound(found);
    if (bug !== asItIs) all.push(found);
    else if (found.others.length > 0)
      throw new Error(`A round without a bug contradicts the promise: ${found.others.join(", ")}.`);
  }
  return all;
}

async function playAgainst(bug: PlantedBug, build: string, folder: string, seed: number): Promise<Found> {
  const stage = await setStage(build, folder, async (owner) => {
    for (const mutant of bug.sql ?? []) await plant(owner, mutant);
  });
  const isMeant = (check: CheckName) => bug.by.includes(check);
  try {
    const { violations, seconds } = await playRound(stage, {
      seed,
      forMs: ROUND_MS,
      faults: faults.filter((fault) => (bug.needs ? fault.name === NEEDED[bug.needs] : fault.isCheap)),
      cheapLeast: 0,
      ...(bug.inBrowser && IN_BROWSER),
      endsOn: (check) => bug === asItIs || isMeant(check),
      onProgress: () => {},
    });
    const all = [...new Set(violations.map(({ check }) => check))].sort();
    return { bug, checks: all.filter(isMeant), others: all.filter((check) => !isMeant(check)), seconds };
  } finally {
    await stage.close();
  }
}

/** All faults there are, those of the application's servers last. */
export const allFaults = [...faults, ...crashes];
