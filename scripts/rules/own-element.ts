/**
 * Refuses text that stands beside other nodes without an element of its own. Programs that translate a page take text
 * nodes away and put elements in their place; React, which holds on to the nodes that it made, then inserts beside a node
 * that is gone, which ends the page, or writes a new amount into one that nobody sees. An element, and the only text in one, are safe:
 * React finds the first again, and replaces the second through its parent.
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
  stringOf,
  walk,
} from "./source.ts";

/** Puts each piece of a text into an element (components/ui/in-elements.tsx). */
const IN_ELEMENTS = "inElements";

/** The texts of a file that stand, or may come to stand, beside others. */
export function findBareText(source: Source): Finding[] {
  const program = parse(source);
  const slots = slotsIn(program, source.text);
  const findings: Finding[] = [];
  walk(program, (node) => {
    if (node.type !== "JSXElement" && node.type !== "JSXFragment") return;
    const children = node.children.filter((child: Node) => !isNothing(child));
    for (const child of children) {
      const isAlone = children.length === 1 && node.type === "JSXElement" && !isList(child);
      if (isAlone || isElement(child, slots)) continue;
      findings.push({
        file: source.file,
        line: lineOf(source.text, child.start),
        says: "Text beside other nodes: give it an element of its own, or a page that is translated breaks here.",
      });
    }
  });
  return findings;
}

/** What leaves no node: comments, and the white space that JSX takes for indentation. */
function isNothing(child: Node) {
  if (child.type === "JSXText") return /^\s*$/.test(child.value) && child.value.includes("\n");
  return child.type === "JSXExpressionContainer" && child.expression.type === "JSXEmptyExpression";
}

/** Whether a child by itself makes several nodes: a list, or what next-intl makes of a text with tags. */
function isList(child: Node) {
  if (child.type !== "JSXExpressionContainer") return false;
  const call = bare(child.expression);
  return call.type === "CallExpression" && /^(map|flatMap|rich)$/.test(bare(call.callee).property?.name);
}

/** Whether a child is plainly an element, several, or nothing. */
function isElement(child: Node, slots: ReadonlySet<string>): boolean {
  const node = child.type === "JSXExpressionContainer" ? bare(child.expression) : bare(child);
  const every = (nodes: Node[]) => nodes.every((one) => isElement(one, slots));
  switch (node.type) {
    case "JSXElement":
    case "JSXFragment":
      return true;
    case "Literal":
      return node.value === null;
    case "ConditionalExpression":
      return every([node.consequent, node.alternate]);
    case "LogicalExpression":
      // What `&&` leaves of its left side is false, 0 or an empty text, and the last two are texts.
      return node.operator === "&&" ? stringOf(node.left) === undefined && every([node.right]) : false;
    case "CallExpression":
      if (bare(node.callee).name === IN_ELEMENTS) return true;
      return isList({ type: "JSXExpressionContainer", expression: node }) && every(resultsOf(node));
    case "Identifier":
      return node.name === "undefined" || slots.has(node.name);
    case "MemberExpression":
      return slots.has(node.property.name);
    default:
      return false;
  }
}

/** What the callback of a call returns; the call itself where that cannot be seen. */
function resultsOf(call: Node): Node[] {
  const [callback] = call.arguments;
  if (!isFunction(callback)) return [{ type: "unseen" }];
  if (callback.expression) return [callback.body];
  const results: Node[] = [];
  walk(callback.body, (node, parents) => {
    if (node.type === "ReturnStatement" && !parents.some(isFunction))
      results.push(node.argument ?? { type: "unseen" });
  });
  return results;
}

/** The names that stand for elements in this file, because their type says so: `icon: ReactElement`. */
function slotsIn(program: Node, text: string): Set<string> {
  const slots = new Set<string>();
  walk(program, (node) => {
    if (node.type !== "TSPropertySignature") return;
    const { start, end } = node.typeAnnotation ?? node;
    if (
      /\bReactElement\b/.test(text.slice(start, end)) &&
      !/\b(ReactNode|string|number)\b/.test(text.slice(start, end))
    )
      slots.add(node.key.name);
  });
  return slots;
}

if (isMain(import.meta.url)) {
  const sources = readSources(["app", "components"]).filter(({ file }) => file.endsWith(".tsx"));
  report(sources.flatMap(findBareText), "Text that has siblings stands in an element of its own.");
}
