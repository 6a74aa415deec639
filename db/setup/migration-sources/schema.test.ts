/** The whole schema as migrations make it, as one readable file beside the SQL files: every change of it shows as a diff. */
import { expect, it } from "vitest";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { dumpOf, readCatalog } from "./catalog.ts";
import { readSources, splitStatements } from "./sources.ts";

const test = testDatabase();

it("is what the dump says", async () => {
  await expect(dumpOf(await readCatalog(test.owner), readSources())).toMatchFileSnapshot("schema.txt");
});

it("no row is written in the future: a moment that is kept to the millisecond is cut off by its default, not rounded", async () => {
  const columns = dumpOf(await readCatalog(test.owner), readSources()).split("\n");
  expect(columns.filter((column) => /timestamp\(\d\).* default date_trunc/.test(column))).not.toEqual([]);
  expect(columns.filter((column) => /timestamp\(\d\).* default now\(\)/.test(column))).toEqual([]);
});

it("statements of a file end with their own semicolons, not with those in bodies, texts and comments", () => {
  const body =
    "create or replace function f() returns text language plpgsql as $$ begin return 'a;b'; end $$;";
  expect(
    splitStatements(`-- One; two.\n${body}\n\n-- Of f.\nrevoke execute on function f from public;\n`),
  ).toEqual([`-- One; two.\n${body}`, "-- Of f.\nrevoke execute on function f from public;"]);
  expect(() => splitStatements("create type t as (a int)")).toThrow("without its semicolon");
});
