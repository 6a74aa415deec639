import { expect, it } from "vitest";
import { findMissingTests } from "./browser-matrix.ts";

const HEAD = "| What happens | Tests |\n|---|---|\n";
const SPEC = `
test("a double click charges once", async () => {});
test.describe("without JavaScript", () => {
  for (const what of ["full", "blocked"]) test(\`storage that is \${what}: paid\`, async () => {});
});
const notATest = say("this is no test");`;

function says(rows: string): string[] {
  const sourceOf = (file: string) => (file === "e2e/pay.spec.ts" ? { file, text: SPEC } : undefined);
  return findMissingTests(HEAD + rows, sourceOf).map(({ line, says: sentence }) => `${line}: ${sentence}`);
}

it("a row whose tests are all there is left alone", () => {
  expect(says("| double click | `e2e/pay.spec.ts` “a double click charges once” |")).toEqual([]);
  expect(says("| storage | `e2e/pay.spec.ts` “storage that is full: paid” |")).toEqual([]);
});

it("text outside tables may name none", () => {
  expect(says("\nThese are rows.")).toEqual([]);
});

it("a row without a test is refused", () => {
  expect(says("| double click | to be written |")).toEqual([
    "3: A row without a test: name one, as `file` “title”.",
  ]);
});

it.each([
  ["another title", "a double click charges twice"],
  ["a title that none of the file's words makes", "storage that is away: paid"],
  ["a group of tests", "without JavaScript"],
  ["what is no test", "this is no test"],
])("%s is refused", (_what, title) => {
  expect(says(`| row | \`e2e/pay.spec.ts\` “${title}” |`)).toEqual([
    `3: e2e/pay.spec.ts has no test “${title}”.`,
  ]);
});

it("a file that is not there is refused, also where another test is", () => {
  const there = "`e2e/pay.spec.ts` “a double click charges once”";
  expect(says(`| row | ${there}, \`e2e/gone.spec.ts\` “x” |`)).toEqual(["3: There is no e2e/gone.spec.ts."]);
});
