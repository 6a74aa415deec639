/** `npm run check`: everything that can be said about the code without running it. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./bootstrap.mjs";
import { root, run, tool } from "./run.mjs";

/**
 * The steps, in order. A step passes when all of its commands do; `npm test` counts each step as one test.
 *
 * @returns {{ name: string, commands: string[][] }[]}
 */
export function checkSteps() {
  return [
    {
      name: "types",
      // Next.js writes the types of the routes first; a fresh clone has none.
      commands: [tool("next", "next", "typegen"), tool("typescript", "tsc", "--noEmit")],
    },
    // Biome also holds the import directions, refuses circles, and promises that nobody waits for.
    {
      name: "format, lint and imports",
      commands: [tool("@biomejs/biome", "biome", "ci", "--error-on-warnings", ".")],
    },
    { name: "nothing unused", commands: [tool("knip", "knip", "--no-progress")] },
    { name: "statements awaited", commands: [rule("awaited")] },
    { name: "money written in one place", commands: [rule("money")] },
    { name: "no class that has copies", commands: [rule("classes")] },
    { name: "policy", commands: [rule("policy")] },
    { name: "migrations", commands: [tool("tsx", "tsx", "scripts/schema-check.ts")] },
    { name: "texts", commands: [rule("messages")] },
    { name: "texts in elements of their own", commands: [rule("own-element")] },
    { name: "versions", commands: [rule("versions")] },
    { name: "rows of the browser matrix have tests", commands: [rule("browser-matrix")] },
  ];
}

/** A rule of our own; scripts/rules holds one a file. */
function rule(/** @type {string} */ name) {
  return tool("tsx", "tsx", join(root, "scripts", "rules", `${name}.ts`));
}

/**
 * Whether the step passes. Commands after a failing one are not run.
 *
 * @param {{ commands: string[][] }} step
 */
export async function passes(step) {
  for (const command of step.commands) {
    if ((await run(command)) !== 0) return false;
  }
  return true;
}

const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) {
  await ensureInstalled();
  const failed = [];
  for (const step of checkSteps()) {
    console.log(`\n── ${step.name}`);
    if (!(await passes(step))) failed.push(step.name);
  }
  console.log(failed.length === 0 ? "\nAll checks passed." : `\nFailed: ${failed.join(", ")}.`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
