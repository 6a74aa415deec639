/**
 * Refuses code that tells things apart by a class of ours or of a package. Start-up, routes and actions are bundled apart,
 * each with copies of the classes it uses; what lies on globalThis, and whatever that throws, may be of another bundle's
 * copy, and `instanceof` then says no. The build also shortens their names. What the language and Node.js bring is one for all.
 */
import {
  bare,
  type Finding,
  isMain,
  lineOf,
  type Node,
  parse,
  readSources,
  report,
  type Source,
  walk,
} from "./source.ts";

/** What code that is bundled for the server consists of. */
const BUNDLED = ["app", "components", "db", "lib", "server", "."];
/** Tests and what they need are one program each. */
const NOT_BUNDLED = /\.test\.tsx?$|^db\/testing\/|\.config\.ts$/;

/** The checks of a class that may have copies. */
export function findClassChecks(source: Source): Finding[] {
  if (NOT_BUNDLED.test(source.file)) return [];
  const program = parse(source);
  const fromNode = importedFromNode(program);
  const own = declaredIn(program);
  const findings: Finding[] = [];
  walk(program, (node) => {
    const refuse = (says: string) =>
      findings.push({ file: source.file, line: lineOf(source.text, node.start), says });
    if (node.type === "MemberExpression" && node.property.name === "name") {
      if (bare(node.object)?.property?.name === "constructor")
        refuse(
          "Asks for a class's name, which the production build changes: ask for a name of the object's own.",
        );
      return;
    }
    if (node.type !== "BinaryExpression") return;
    // `#field in value` asks for the class as well.
    const isBrandCheck = node.operator === "in" && node.left.type === "PrivateIdentifier";
    if (node.operator !== "instanceof" && !isBrandCheck) return;
    const name = bare(node.right)?.name ?? "";
    if (!isBrandCheck && !own.has(name) && (fromNode.has(name) || name in globalThis)) return;
    refuse(
      "Asks for a class that every bundle has its own copy of: ask for a code, a name or a shape instead.",
    );
  });
  return findings;
}

/** The local names of what is imported from Node.js itself. */
function importedFromNode(program: Node): Set<string> {
  const names = new Set<string>();
  for (const node of program.body) {
    if (node.type !== "ImportDeclaration" || !node.source.value.startsWith("node:")) continue;
    for (const { local } of node.specifiers) names.add(local.name);
  }
  return names;
}

/** The names that the file gives to something else than what the language calls so: imports that are not Node.js's, classes. */
function declaredIn(program: Node): Set<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    if (node.type === "ImportDeclaration" && !node.source.value.startsWith("node:"))
      for (const { local } of node.specifiers) names.add(local.name);
    if (node.type === "ClassDeclaration" && node.id) names.add(node.id.name);
  });
  return names;
}

if (isMain(import.meta.url)) {
  const sources = readSources(BUNDLED);
  report(sources.flatMap(findClassChecks), "Nothing is told apart by a class that has copies.");
}
