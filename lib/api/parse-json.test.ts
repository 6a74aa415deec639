import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseJson } from "./parse-json.ts";

describe("a name that stands twice in one object is refused, with a pointer to it:", () => {
  it.each([
    ['{"a":1,"a":1}', ["/a"]],
    [String.raw`{"a":1,"\u0061":2}`, ["/a"]],
    ['{"a":{"b":1},"c":[0,{"b":1,"x":"{\\"b\\":1}","b":[]}]}', ["/c/1/b"]],
    ['{"a/b":1,"~":{"":1,"":2},"a/b":2}', ["/~0/"]],
    ['[[],{"__proto__":1,"__proto__":2}]', ["/1/__proto__"]],
    ['{"a":[1,2,{"k":","}],"a":"\\\\","a":3}', ["/a"]],
  ])("%s", (text, pointers) => {
    const parsed = parseJson(text);
    expect(parsed.ok ? [] : parsed.errors.map(({ pointer }) => pointer)).toEqual(pointers);
  });
});

it("whatever JSON.parse makes of a text without such names is what it is", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parseJson(JSON.stringify(JSON.parse(text)))).toEqual({ ok: true, value: JSON.parse(text) });
    }),
  );
  expect(parseJson(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`).ok).toBe(true);
});

it("nesting as deep as a body can be is read, and what is no JSON is refused", () => {
  expect(parseJson("[".repeat(30_000) + "]".repeat(30_000)).ok).toBe(true);
  expect(parseJson(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`).ok).toBe(true);
  for (const text of ["", "[", "{a:1}", "'a'", "1 2", '"\u0000"', "NaN", "{}\u00a0"])
    expect(parseJson(text).ok).toBe(false);
});
