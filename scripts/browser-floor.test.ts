/** What a payer's browser may lack is found in a built script; what every served browser has, or is asked for, is not. */
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { FLOOR, findUnsupported } from "./browser-floor.ts";
import { readSource } from "./rules/source.ts";

function found(text: string): string[] {
  return findUnsupported({ file: "chunk.js", text }).map(
    ({ says }) => /^uses (.+?), which/.exec(says)?.[1] ?? says,
  );
}

it("the floor is the one that README states", () => {
  expect(FLOOR).toEqual({ chrome: 111, edge: 111, firefox: 111, safari: 16.4 });
  const readme = readSource("README.md").text.replaceAll(/\s+/g, " ");
  expect(readme).toContain("Chrome and Edge 111, Firefox 111 and Safari 16.4");
});

it.each([
  ["AbortSignal.any([a,b])", "AbortSignal.any"],
  ["window.AbortSignal.any([a,b])", "AbortSignal.any"],
  ["let f=AbortSignal['any']", "AbortSignal.any"],
  ["Promise.withResolvers()", "Promise.withResolvers"],
  ["Promise.try(f)", "Promise.try"],
  ["Array.fromAsync(a)", "Array.fromAsync"],
  ["Object.groupBy(a,f)", "Object.groupBy"],
  ["Map.groupBy(a,f)", "Map.groupBy"],
  ["URL.canParse(a)", "URL.canParse"],
  ["new Set(a).union(b)", ".union()"],
  ["a.isSubsetOf(b)", ".isSubsetOf()"],
  ["a.toSorted()", ".toSorted()"],
  ["a.getOrInsert(1,2)", ".getOrInsert()"],
  ["Iterator.from(a)", "Iterator.from"],
  ["new Iterator", "new Iterator"],
  ["a.values().map(f)", "Iterator.prototype.map"],
  ["new Map(a).entries().filter(f)", "Iterator.prototype.filter"],
  ["'a'.matchAll(/a/g).some(f)", "Iterator.prototype.some"],
  ["navigator.userAgentData", "navigator.userAgentData"],
  ["document.startViewTransition(f)", "document.startViewTransition"],
  ["new Float16Array(1)", "new Float16Array"],
  ["let r=/[a--b]/v", "a regular expression's flag v"],
  ["RegExp('a','gv')", "a regular expression's flag v"],
  ["let r=/(?i:a)b/", "a regular expression's (?i:)"],
  ["let r=/(?<a>1)|(?<a>2)/", "a regular expression's group of a name that stands twice"],
  ["{using a=b()}", "using"],
  ["import a from './a.json' with {type:'json'}", "import … with"],
])("%s", (text, what) => {
  expect(found(text)).toEqual([what]);
});

it.each([
  [
    "what is old enough",
    "AbortSignal.timeout(1);a.at(-1);structuredClone(a);crypto.randomUUID();Object.hasOwn(a,'b')",
  ],
  ["a typeof", "typeof AbortSignal.any"],
  ["a call that asks", "AbortSignal.any?.([a])"],
  ["a condition", "if('any'in AbortSignal)AbortSignal.any([a])"],
  ["a choice", "let a=AbortSignal.any?AbortSignal.any([b]):c;"],
  ["an and", "Error.captureStackTrace&&Error.captureStackTrace(a)"],
  ["an array of an object's values", "Object.values(a).map(f)"],
  ["a method of one's own", "class A{#union(){}a(){this.#union();this.groupBy()}}"],
])("not %s", (_what, text) => {
  expect(found(text)).toEqual([]);
});

it("the client of the API runs there, too", () => {
  const files = readdirSync("lib/client").filter((file) => !/\.test\.ts$|^misbehaving/.test(file));
  expect(files.flatMap((file) => findUnsupported(readSource(`lib/client/${file}`)))).toEqual([]);
});
