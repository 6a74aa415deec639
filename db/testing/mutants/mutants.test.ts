/** A mutant proves nothing unless the code that it takes away is there. */
import { expect, it } from "vitest";
import { testDatabase } from "../fixtures/database.ts";
import { plant } from "./mutant.ts";
import { MUTANTS } from "./mutants.ts";

const test = testDatabase();

it("every mutant has a name of its own", () => {
  expect(new Set(MUTANTS.map((mutant) => mutant.name)).size).toBe(MUTANTS.length);
});

it.each(MUTANTS)("$name can be planted", async (mutant) => {
  const sql = await test.owner.reserve();
  try {
    await sql`begin`;
    await plant(sql, mutant);
  } finally {
    await sql`rollback`;
    sql.release();
  }
});
