/**
 * Holds docs/BROWSERS.md to what is there: each row of its tables names a test at least, by its file and its title, and each test that is
 * named stands in that file.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.mjs";
import {
  type Finding,
  isFunction,
  isMain,
  type Node,
  parse,
  readSource,
  report,
  type Source,
  stringOf,
  walk,
} from "./source.ts";

const MATRIX = "docs/BROWSERS.md";

/** How a test is named there: `file` “title”. */
const NAMED = /`(e2e\/[^`]+\.ts)` “([^”]+)”/g;

/**
 * What is wrong with the matrix `text`. `sourceOf`: a file by its path in the repository, undefined where there is none.
 */
export function findMissingTests(text: string, sourceOf: (file: string) => Source | undefined): Finding[] {
  const findings: Finding[] = [];
  const titles = new Map<string, RegExp[] | undefined>();
  for (const [index, line] of text.split("\n").entries()) {
    const refuse = (says: string) => findings.push({ file: MATRIX, line: index + 1, says });
    const named = [...line.matchAll(NAMED)];
    if (isRow(line) && named.length === 0) refuse("A row without a test: name one, as `file` “title”.");
    for (const [, file = "", title = ""] of named) {
      const source = sourceOf(file);
      if (!titles.has(file)) titles.set(file, source && titlesIn(source));
      const known = titles.get(file);
      if (known === undefined) refuse(`There is no ${file}.`);
      else if (!known.some((one) => one.test(title))) refuse(`${file} has no test “${title}”.`);
    }
  }
  return findings;
}

/** Whether a line is a row of a table: not its head, and not the line below that. */
function isRow(line: string): boolean {
  return line.startsWith("| ") && !line.startsWith("| What happens |");
}

/** What each test of a file may be called. */
function titlesIn(source: Source): RegExp[] {
  const program = parse(source);
  const words = new Set<string>();
  const titles: Node[] = [];
  walk(program, (node) => {
    const word = stringOf(node);
    if (word !== undefined) words.add(word);
    if (node.type !== "CallExpression" || node.callee.property?.name === "describe") return;
    if (node.arguments.length > 1 && isFunction(node.arguments.at(-1))) titles.push(node.arguments[0]);
  });
  // What is put into a title is a word of the same file.
  const anyWord = `(?:${[...words].map(escaped).join("|")})`;
  return titles.flatMap((title) => {
    const whole = stringOf(title);
    if (whole !== undefined) return [new RegExp(`^${escaped(whole)}$`)];
    if (title.type !== "TemplateLiteral") return [];
    const pieces: string[] = title.quasis.map((quasi: Node) => escaped(quasi.value.cooked));
    return [new RegExp(`^${pieces.join(anyWord)}$`)];
  });
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

if (isMain(import.meta.url)) {
  const sourceOf = (file: string) => (existsSync(join(root, file)) ? readSource(file) : undefined);
  report(
    findMissingTests(readSource(MATRIX).text, sourceOf),
    "Each row of the browser matrix has its tests.",
  );
}
