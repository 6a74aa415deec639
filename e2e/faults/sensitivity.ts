/** Plays a round against each planted bug, in a database or a copy of the sources of its own, and says which check found it. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { plant } from "../../db/testing/mutants.ts";
import { crashes } from "./crashes.ts";
import { faults } from "./faults.ts";
import { PLANTED, type PlantedBug } from "./planted.ts";
import { playRound } from "./round.ts";
import { setStage } from "./stage.ts";

export type Found = { bug: PlantedBug; checks: string[]; seconds: number };

/** Long enough for each of these to do harm; a bug that is found ends nothing early, so that the table is whole. */
const ROUND_MS = 20_000;
/** What shows bugs that need a crash: the machine's power going away, as far as PostgreSQL can tell. */
const CRASH = "postmaster killed (SIGKILL)";
const CRASHES = 3;

/** Copies what git knows of the project to `folder`, with the bug in it, and builds it there. */
function buildWithBug(
  root: string,
  folder: string,
  { file, find, replace }: Extract<PlantedBug, { file: string }>,
): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const files = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).stdout.split("\0");
  for (const name of files.filter(Boolean)) cpSync(path.join(root, name), path.join(folder, name));
  symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
  const text = readFileSync(path.join(folder, file), "utf8");
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`The bug's place stands ${parts.length - 1} times in ${file}, not once.`);
  writeFileSync(path.join(folder, file), parts.join(replace));
  const built = spawnSync("npx", ["next", "build", "--webpack"], { cwd: folder, encoding: "utf8" });
  if (built.status !== 0)
    throw new Error(`The copy with the bug does not build: ${built.stdout}${built.stderr}`);
}

/** Plays against every planted bug whose name contains `text`. */
export async function proveSensitivity(
  root: string,
  seed: number,
  text: string,
  onFound: (found: Found) => void,
): Promise<Found[]> {
  const all: Found[] = [];
  for (const bug of PLANTED.filter((one) => one.name.includes(text))) {
    const folder = path.join(root, ".data", "prove-planted");
    let build = root;
    if ("file" in bug) {
      build = path.join(folder, "copy");
      buildWithBug(root, build, bug);
    }
    const stage = await setStage(build, folder, async (owner) => {
      for (const mutant of "sql" in bug ? bug.sql : []) await plant(owner, mutant);
    });
    try {
      const gentle = faults.filter((fault) => fault.isCheap);
      const needsCrash = bug.name.startsWith("asynchronous");
      const result = await playRound(stage, {
        seed,
        forMs: ROUND_MS,
        faults: needsCrash ? faults.filter((fault) => fault.name === CRASH) : gentle,
        atLeast: needsCrash ? CRASHES : 0,
        onProgress: () => {},
      });
      const found = {
        bug,
        checks: [...new Set(result.violations.map((violation) => violation.check))].sort(),
        seconds: result.seconds,
      };
      all.push(found);
      onFound(found);
    } finally {
      await stage.close();
    }
  }
  return all;
}

/** All faults there are, those of the application's servers last. */
export const allFaults = [...faults, ...crashes];
