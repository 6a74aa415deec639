/** What the next migration consists of, for each way in which sources can differ from what is migrated. */
import { describe, expect, it } from "vitest";
import { changesOf } from "./changes.ts";

const DOES_1 =
  "CREATE OR REPLACE FUNCTION public.f(a integer)\n RETURNS integer\n LANGUAGE sql\nAS $$ select 1 $$";
const DOES_2 = DOES_1.replace("select 1", "select 2");
const TAKES_TEXT = DOES_1.replace("a integer", "a text");
const TRIGGER = "CREATE TRIGGER t BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION g()";

const statement = (text: string, ...subjects: string[]) => ({ file: "x.sql", text, subjects });
const STATEMENTS = [
  statement("create type c as (a int);", "type c"),
  statement("create or replace function f …;", "function f"),
  statement("revoke execute on function f, g from public;", "function f", "function g"),
  statement("create or replace trigger t …;", "trigger t"),
];
const schema = (objects: Record<string, string>) => new Map(Object.entries(objects));
const changes = (before: Record<string, string>, after: Record<string, string>) =>
  changesOf(schema(before), schema(after), STATEMENTS);

describe("the next migration", () => {
  it("is empty where nothing differs, and leaves tables to Drizzle", () => {
    expect(
      changes({ "function f": DOES_1, "table a": "1" }, { "function f": DOES_1, "table a": "2" }),
    ).toEqual([]);
  });

  it("replaces a function that does something else, with whoever may call it", () => {
    expect(changes({ "function f": DOES_1 }, { "function f": DOES_2 })).toEqual([
      "create or replace function f …;",
      "revoke execute on function f, g from public;",
    ]);
  });

  it("drops a function first that takes something else", () => {
    expect(changes({ "function f": DOES_1 }, { "function f": TAKES_TEXT })[0]).toBe("drop function f;");
  });

  it("drops what no file has any more", () => {
    const before = { "function f": DOES_1, "trigger t": TRIGGER, "type c": "a int", "view v": "select 1" };
    expect(changes(before, {})).toEqual([
      "drop function f;",
      "drop trigger t on orders;",
      "drop type c;",
      "drop view v;",
    ]);
  });

  it("says that a type which is there is to be altered by hand", () => {
    expect(changes({ "type c": "a int" }, { "type c": "a int, b int" })).toEqual([
      "-- By hand: alter type c",
    ]);
  });
});
