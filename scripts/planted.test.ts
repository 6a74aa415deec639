/** A bug of the proving ground that finds nothing to take away ends its run: each must fit the product as it is. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { testDatabase } from "../db/testing/fixtures/database.ts";
import { plant } from "../db/testing/mutants/mutants.ts";
import { projectRoot } from "../e2e/faults/app-server.ts";
import { PLANTED } from "../e2e/faults/planted/planted.ts";

const test = testDatabase();

it.each(PLANTED)("$name can be planted", async ({ sql: mutants = [], edits = [] }) => {
  expect(mutants.length + edits.length).toBeGreaterThan(0);
  const sql = await test.owner.reserve();
  try {
    await sql`begin`;
    for (const mutant of mutants) await plant(sql, mutant);
  } finally {
    await sql`rollback`;
    sql.release();
  }
  for (const { file, find } of edits)
    expect(readFileSync(path.join(projectRoot, file), "utf8").split(find), file).toHaveLength(2);
});
