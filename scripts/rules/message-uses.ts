/** Finds which texts of the catalogues the code shows: through next-intl's translators, whatever they are called. */
import { bare, isFunction, lineOf, type Node, parse, type Source, stringOf, walk } from "./source.ts";

/** The keys that a call can show. A guess is a string that may be a key, or anything else. */
type Use = { key: RegExp; file: string; line: number; asked: string; isGuess: boolean };

/** What makes translators, and which of its arguments is the namespace. */
const TRANSLATORS = new Map([
  ["useTranslations", 0],
  ["getTranslations", 0],
  // server/texts.ts
  ["translatorFor", 1],
]);

/**
 * What a file's calls of translators can show. A key that is computed elsewhere in the file is one of the file's
 * strings: all of those count then that are keys of the translator's namespace.
 */
export function usesIn(source: Source): Use[] {
  const program = parse(source);
  /** By function: the namespaces of the translators it has, by their names. */
  const translators = new Map<Node, Map<string, string>>();
  const uses: Use[] = [];
  const openNamespaces = new Set<string>();
  const strings = new Set<string>();
  /** Arguments of translators: another call means no text by these. */
  const askedHere = new Set<Node>();
  walk(program, (node, parents) => {
    const text = stringOf(node);
    if (text !== undefined && !askedHere.has(node)) strings.add(text);
    if (node.type === "VariableDeclarator") {
      for (const [name, namespace] of translatorsOf(node)) {
        const owner = parents.findLast(isFunction) ?? program;
        translators.set(owner, (translators.get(owner) ?? new Map()).set(name, namespace));
      }
    }
    const callee = node.type === "CallExpression" ? bare(node.callee) : undefined;
    const name = callee?.type === "MemberExpression" ? bare(callee.object).name : callee?.name;
    if (name === undefined || node.arguments.length === 0) return;
    const scopes = [program, ...parents.filter(isFunction)].reverse();
    const namespace = scopes
      .map((scope) => translators.get(scope)?.get(name))
      .find((one) => one !== undefined);
    if (namespace === undefined) return;
    askedHere.add(node.arguments[0]);
    for (const pattern of patternsOf(node.arguments[0])) {
      if (pattern === undefined) openNamespaces.add(namespace);
      else uses.push(meant(source, namespace, pattern, node.start));
    }
  });
  for (const namespace of openNamespaces)
    for (const text of strings) uses.push({ ...meant(source, namespace, [text], 0), isGuess: true });
  return uses;
}

/**
 * The translators that a declaration makes, as [name, namespace]: `const t = useTranslations("home")`, awaited ones,
 * and those in a `Promise.all` that is taken apart.
 */
function translatorsOf({ id, init }: Node): [string, string][] {
  const value = bare(init?.type === "AwaitExpression" ? init.argument : init);
  if (value?.type !== "CallExpression") return [];
  if (id.type === "Identifier") {
    const at = TRANSLATORS.get(bare(value.callee).name);
    return at === undefined ? [] : [[id.name, stringOf(value.arguments[at]) ?? ""]];
  }
  const list = value.arguments[0];
  if (id.type !== "ArrayPattern" || list?.type !== "ArrayExpression") return [];
  return id.elements.flatMap((element: Node, index: number) =>
    element ? translatorsOf({ id: element, init: list.elements[index] }) : [],
  );
}

/**
 * The keys that an expression can be: each as the fixed parts between which anything may stand, or undefined for what
 * cannot be seen here.
 */
function patternsOf(expression: Node): (string[] | undefined)[] {
  const node = bare(expression);
  const text = stringOf(node);
  if (text !== undefined) return [[text]];
  switch (node.type) {
    case "TemplateLiteral":
      return [node.quasis.map((quasi: Node) => quasi.value.cooked)];
    case "ConditionalExpression":
      return [...patternsOf(node.consequent), ...patternsOf(node.alternate)];
    case "LogicalExpression":
      return [...patternsOf(node.left), ...patternsOf(node.right)];
    default:
      return [undefined];
  }
}

function meant({ file, text }: Source, namespace: string, parts: readonly string[], offset: number): Use {
  const prefix = namespace === "" ? "" : `${namespace}.`;
  const [first = "", ...others] = parts;
  const whole = [prefix + first, ...others];
  const key = new RegExp(`^${whole.map((part) => part.replaceAll(/[^\w-]/g, "\\$&")).join("[^.]+")}$`);
  return { key, file, line: lineOf(text, offset), asked: whole.join("…"), isGuess: false };
}
