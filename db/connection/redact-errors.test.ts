import { inspect } from "node:util";
import { eq } from "drizzle-orm";
import { expect, it } from "vitest";
import { users } from "../schema/auth.ts";
import { testDatabase } from "../testing/fixtures/database.ts";

const test = testDatabase();

it("a failed query's error shows its SQL and its cause, and none of its parameters", async () => {
  const secret = "not-a-uuid-but-a-secret";
  const error = await test.db.reading
    .select()
    .from(users)
    .where(eq(users.id, secret))
    .catch((caught: unknown) => caught);
  // Postgres itself quotes the value in this message; what Drizzle adds is what is looked at.
  const { cause: _cause, ...own } = error as Error & Record<string, unknown>;
  const shown = `${(error as Error).message}\n${(error as Error).stack}\n${inspect(own)}`;
  expect(shown).toContain("select");
  expect(shown).not.toContain(secret);
  expect((error as Error).cause).toMatchObject({ code: "22P02" });
});
