/** A mutant and a planted bug prove nothing unless the code that they change is there. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { rolledBack, testDatabase } from "../db/testing/fixtures/database.ts";
import { plant } from "../db/testing/mutants/mutant.ts";
import { MUTANTS } from "../db/testing/mutants/mutants.ts";
import { projectRoot } from "../e2e/faults/app-server.ts";
import { DATABASE_BUGS } from "../e2e/faults/planted/database-bugs.ts";
import type { PlantedBug } from "../e2e/faults/planted/planted-bug.ts";
import { SOURCE_BUGS } from "../e2e/faults/planted/source-bugs.ts";

const test = testDatabase();

it("every mutant has a name of its own", () => {
  expect(new Set(MUTANTS.map((mutant) => mutant.name)).size).toBe(MUTANTS.length);
});

const ALL: Pick<PlantedBug, "name" | "sql" | "edits">[] = [
  ...MUTANTS.map((mutant) => ({ name: `the mutant ${mutant.name}`, sql: [mutant] })),
  ...DATABASE_BUGS,
  ...SOURCE_BUGS,
];
it.each(ALL)("$name can be planted", async ({ sql: changes = [], edits = [] }) => {
  expect(changes.length + edits.length).toBeGreaterThan(0);
  await rolledBack(test.owner, async (sql) => {
    for (const change of changes) await plant(sql, change);
  });
  for (const { file, find } of edits)
    expect(readFileSync(path.join(projectRoot, file), "utf8").split(find), file).toHaveLength(2);
});
