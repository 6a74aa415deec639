/** A planted bug proves nothing unless the code that it changes is there. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { testDatabase } from "../db/testing/fixtures/database.ts";
import { plant } from "../db/testing/mutants/mutant.ts";
import { projectRoot } from "../e2e/faults/app-server.ts";
import { DATABASE_BUGS } from "../e2e/faults/planted/database-bugs.ts";
import { SOURCE_BUGS } from "../e2e/faults/planted/source-bugs.ts";

const test = testDatabase();

it.each([...DATABASE_BUGS, ...SOURCE_BUGS])(
  "$name can be planted",
  async ({ sql: changes = [], edits = [] }) => {
    expect(changes.length + edits.length).toBeGreaterThan(0);
    const sql = await test.owner.reserve();
    try {
      await sql`begin`;
      for (const change of changes) await plant(sql, change);
    } finally {
      await sql`rollback`;
      sql.release();
    }
    for (const { file, find } of edits)
      expect(readFileSync(path.join(projectRoot, file), "utf8").split(find), file).toHaveLength(2);
  },
);
