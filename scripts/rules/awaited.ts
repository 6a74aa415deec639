/**
 * Refuses a database statement that nobody waits for. Drizzle's and postgres.js's statements are thenables, not
 * promises: one that is not awaited may not run at all, or fail unseen, or fail after its transaction was reported a
 * success. Biome's noFloatingPromises sees promises only.
 */
import {
  bare,
  type Finding,
  isFunction,
  isMain,
  lineOf,
  type Node,
  parse,
  readSources,
  report,
  type Source,
  walk,
} from "./source.ts";

/** What only a database is called here, wherever it comes from. */
const HANDLE_NAMES = ["db", "sql", "tx", "settling", "reading", "readingSql", "watching"];
/** Functions that return a database, or an object of them. */
const HANDLE_MAKERS = new Set([
  "connect",
  "connectAsOwner",
  "database",
  "drizzle",
  "postgres",
  "testDatabase",
]);
/** Types of parameters and variables that are a database. */
const HANDLE_TYPES =
  /^(Sql|Database|TestDatabase|TransactionSql|ReservedSql|PostgresJsDatabase|PgTransaction)$/;
/** Methods that hand a database to a callback. */
const HANDLE_LENDERS = new Set(["begin", "savepoint", "transaction"]);
/** Methods that do their work at once and return nothing. */
const SYNCHRONOUS = new Set(["replacePool", "release"]);

/** The statements in a file that nobody waits for. */
export function findUnawaited(source: Source): Finding[] {
  const program = parse(source);
  const handles = handlesIn(program);
  const findings: Finding[] = [];
  const check = (expression: Node) => {
    for (const dropped of droppedIn(expression)) {
      if (!isStatement(dropped, handles)) continue;
      findings.push({
        file: source.file,
        line: lineOf(source.text, dropped.start),
        says: "A database statement that nobody waits for: await or return it, .then, .catch and void do not do.",
      });
    }
  };
  walk(program, (node) => {
    if (node.type === "ExpressionStatement") check(node.expression);
    // The value of the last one goes on to whoever uses the sequence; the others' values go nowhere.
    if (node.type === "SequenceExpression") for (const one of node.expressions.slice(0, -1)) check(one);
    if (node.type === "ForStatement") for (const one of [node.init, node.update]) if (one) check(one);
    // forEach drops what its callback returns.
    if (node.type === "CallExpression" && nameOf(node.callee) === "forEach") {
      const [callback] = node.arguments;
      if (callback?.type === "ArrowFunctionExpression" && callback.expression) check(callback.body);
    }
  });
  return findings;
}

/** The parts of an expression whose values are dropped with it. */
function droppedIn(expression: Node): Node[] {
  const node = bare(expression);
  switch (node.type) {
    case "UnaryExpression":
      return droppedIn(node.argument);
    case "LogicalExpression":
      return [...droppedIn(node.left), ...droppedIn(node.right)];
    case "ConditionalExpression":
      return [...droppedIn(node.consequent), ...droppedIn(node.alternate)];
    case "SequenceExpression":
      return droppedIn(node.expressions.at(-1));
    case "ArrayExpression":
      return node.elements.filter(Boolean).flatMap(droppedIn);
    default:
      return [node];
  }
}

/** Whether the expression is a call or tagged template somewhere along a chain that starts at a database. */
function isStatement(expression: Node, handles: Set<string>) {
  if (!/^(CallExpression|TaggedTemplateExpression)$/.test(expression.type)) return false;
  return isHandle(expression, handles) && !SYNCHRONOUS.has(nameOf(expression.callee) ?? "");
}

/** Whether a chain of members, calls and templates starts at a database. */
function isHandle(expression: Node, handles: Set<string>) {
  let node = bare(expression);
  for (;;) {
    if (node?.type === "Identifier") return handles.has(node.name);
    if (node?.type === "MemberExpression") {
      // A database that an object holds: `this.db`, `test.owner` and the like.
      if (HANDLE_NAMES.includes(nameOf(node) ?? "")) return true;
      node = bare(node.object);
    } else if (node?.type === "TaggedTemplateExpression") node = bare(node.tag);
    else if (node?.type === "CallExpression") {
      const callee = bare(node.callee);
      if (callee.type === "Identifier" && HANDLE_MAKERS.has(callee.name)) return true;
      node = callee;
    } else return false;
  }
}

/**
 * The names that mean a database in this file: the usual ones, variables that one was put into, parameters of its type,
 * and what a transaction's callback is given. One set for the whole file: nobody uses one name for both.
 */
function handlesIn(program: Node): Set<string> {
  const handles = new Set(HANDLE_NAMES);
  walk(program, (node) => {
    if (node.type === "VariableDeclarator" && node.init && isHandle(node.init, handles)) {
      for (const name of namesIn(node.id)) handles.add(name);
    }
    if (node.type === "Identifier" && node.typeAnnotation && isHandleType(node.typeAnnotation))
      handles.add(node.name);
    if (node.type === "CallExpression" && HANDLE_LENDERS.has(nameOf(node.callee) ?? "")) {
      const callback = node.arguments.at(-1);
      if (isFunction(callback)) for (const name of namesIn(callback.params[0])) handles.add(name);
    }
  });
  return handles;
}

function isHandleType(annotation: Node) {
  const type = annotation.typeAnnotation;
  if (type?.type !== "TSTypeReference") return false;
  return HANDLE_TYPES.test(type.typeName.right?.name ?? type.typeName.name ?? "");
}

/** The name of an identifier, or of the last member of a chain. */
function nameOf(expression: Node) {
  const node = bare(expression);
  return node?.type === "MemberExpression" && !node.computed ? node.property.name : node?.name;
}

/** The names that a pattern binds. */
function namesIn(pattern: Node): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((one: Node) => namesIn(one.value ?? one.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap(namesIn);
    case "AssignmentPattern":
      return namesIn(pattern.left);
    default:
      return [];
  }
}

if (isMain(import.meta.url)) {
  const sources = readSources(["app", "bench", "components", "db", "e2e", "lib", "scripts", "server", "."]);
  report(
    sources.flatMap(findUnawaited),
    `Every database statement in ${sources.length} files is waited for.`,
  );
}
