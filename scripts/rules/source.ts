/** What the rules share: finding source files, reading their syntax trees, and saying what is wrong. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, visitorKeys } from "oxc-parser";
import { root } from "../run.mjs";

/** A file by its path in the repository, with forward slashes. */
export type Source = { file: string; text: string };
/** `says`: one sentence, with how to put it right. */
export type Finding = { file: string; line: number; says: string };
// biome-ignore lint/suspicious/noExplicitAny: a node of the ESTree that the parser makes; its kinds are too many to spell out.
export type Node = any;

const SOURCE_FILE = /\.(ts|tsx|mts|mjs)$/;

/** What stands in the repository's folder without being source, whoever put it there. */
const NO_SOURCE = new Set(["node_modules", "test-results", "playwright-report"]);

/** The source files below the named folders, where they are there, and those that stand beside them in the root where "." is named. */
export function readSources(folders: string[]): Source[] {
  const there = folders.filter((folder) => existsSync(join(root, folder)));
  return there.flatMap((folder) => filesIn(folder, folder !== ".")).map((file) => readSource(file));
}

export function readSource(file: string): Source {
  return { file, text: readFileSync(join(root, file), "utf8") };
}

function filesIn(folder: string, isDeep: boolean): string[] {
  const files: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (entry.name.startsWith(".") || NO_SOURCE.has(entry.name)) continue;
    const file = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && isDeep) files.push(...filesIn(file, true));
    else if (entry.isFile() && SOURCE_FILE.test(entry.name)) files.push(file);
  }
  return files;
}

/** The syntax tree of a file. Throws where it is no valid program. */
export function parse({ file, text }: Source): Node {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  return program;
}

/** Visits a node and everything below it, in the order of the text. `parents` leads from the root to the node's parent. */
export function walk(
  node: Node,
  visit: (node: Node, parents: readonly Node[]) => void,
  parents: readonly Node[] = [],
) {
  visit(node, parents);
  const below = [...parents, node];
  for (const key of visitorKeys[node.type] ?? []) {
    const child = node[key];
    if (Array.isArray(child)) for (const item of child) item && walk(item, visit, below);
    else if (child) walk(child, visit, below);
  }
}

/** The line, from 1, that an offset of the text lies in. */
export function lineOf(text: string, offset: number) {
  return text.slice(0, offset).split("\n").length;
}

/** The expression without the brackets, casts and `!` around it. */
export function bare(node: Node) {
  let inner = node;
  while (WRAPPERS.has(inner?.type)) inner = inner.expression;
  return inner;
}

const WRAPPERS = new Set([
  "ChainExpression",
  "ParenthesizedExpression",
  "TSAsExpression",
  "TSInstantiationExpression",
  "TSNonNullExpression",
  "TSSatisfiesExpression",
]);

/** The string that the node is a literal of, undefined where it is none. */
export function stringOf(node: Node) {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type === "TemplateLiteral" && node.expressions.length === 0) return node.quasis[0].value.cooked;
  return undefined;
}

/** Whether the node is a function of any kind. */
export function isFunction(node: Node) {
  return /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node?.type);
}

/** Whether the script at `url` is what Node was started with. */
export function isMain(url: string) {
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(url);
}

/** Says what was found, and leaves this process with exit code 1 where that is anything. */
export function report(findings: Finding[], allFine: string) {
  for (const { file, line, says } of findings) console.error(`${file}:${line}  ${says}`);
  if (findings.length === 0) console.log(allFine);
  else process.exitCode = 1;
}
