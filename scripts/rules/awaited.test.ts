import { describe, expect, it } from "vitest";
import { findUnawaited } from "./awaited.ts";

/** The lines, from 1, that the rule refuses in the body of a function that is given a database of each kind. */
function refusedIn(...lines: string[]): number[] {
  const text = `export async function work(owner: Sql, all: string[]) {\n${lines.join("\n")}\n}`;
  return findUnawaited({ file: "db/work.ts", text }).map(({ line }) => line - 1);
}

describe("a database statement that nobody waits for is refused", () => {
  it.each([
    ["a tagged template", "database().readingSql`select 1`;"],
    ["one with a type", "database().keys<Row[]>`select 1`;"],
    ["a parameter of a database's type", "owner`select 1`;"],
    ["Drizzle's chain", "database().reading.insert(orders).values({}).onConflictDoNothing();"],
    ["unsafe", 'owner.unsafe("select 1");'],
    ["a member of an object", "this.db.delete(orders);"],
    ["void", "void owner`select 1`;"],
    [".then", "owner`select 1`.then(() => {});"],
    [".catch", "owner`select 1`.catch(() => {});"],
    ["a condition", "if (all) owner`select 1`;"],
    ["&&", "all.length > 0 && owner`select 1`;"],
    ["?:", "all.length > 0 ? await owner`select 1` : owner`select 2`;"],
    ["the first of a sequence", "await (owner`select 1`, owner`select 2`);"],
    ["a loop's body", "for (const one of all) owner`select 1`;"],
    ["forEach", "all.forEach((one) => owner`select 1`);"],
    ["a transaction's callback", "await owner.begin(async (one) => { one`select 1`; });"],
    ["a transaction itself", "database().reading.transaction(async () => {});"],
    ["closing", "owner.end({ timeout: 5 });"],
  ])("%s", (_what, line) => {
    expect(refusedIn(line)).toEqual([1]);
  });

  it("where the database was put into a variable, or taken out of an object", () => {
    expect(
      refusedIn(
        "const one = database().reading;",
        "one.update(orders).set({});",
        "const { settling: two } = database();",
        "two`select 1`;",
        "const three = postgres(url);",
        "three`select 1`;",
      ),
    ).toEqual([2, 4, 6]);
  });
});

it("what is waited for, returned or passed on is not refused", () => {
  expect(
    refusedIn(
      "await owner`select 1`;",
      "const rows = await database().reading.select().from(orders);",
      "const later = owner`select 1`;",
      "await Promise.all([owner`select 1`, later]);",
      "all.map((one) => owner`select 1`);",
      "setDatabase(owner);",
      "rows.sort();",
      "const connection = await owner.reserve();",
      "connection.release();",
      "return owner`select 1`;",
    ),
  ).toEqual([]);
});
