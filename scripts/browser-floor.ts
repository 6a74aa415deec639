/**
 * Refuses features that a supported browser lacks, in the scripts of the build: one missing method stops a payment half
 * way. Compatibility is MDN's data; the supported browsers are the ones that Next.js compiles for.
 */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { BrowserName, CompatData, Identifier } from "@mdn/browser-compat-data";
import { giveUp } from "./bootstrap.mjs";
import {
  type Finding,
  isMain,
  type Node,
  parse,
  readSource,
  report,
  type Source,
  stringOf,
  walk,
} from "./rules/source.ts";
import { root } from "./run.mjs";

const require = createRequire(import.meta.url);
/** "chrome 111" and so on. */
const SUPPORTED: string[] = require("next/dist/shared/lib/modern-browserslist-target");
export const FLOOR: Record<string, number> = Object.fromEntries(
  SUPPORTED.map((browser) => [browser.split(" ")[0], Number(browser.split(" ")[1])]),
);

const CHUNKS = ".next/static/chunks";

/**
 * Uses in libraries that detect the feature before they call it, in a way that isFeatureDetected does not see.
 */
const FEATURE_DETECTED = [
  { uses: "Error.captureStackTrace", near: "=Error.captureStackTrace" },
  // Of the polyfills that Next.js gives to browsers that know no modules.
  { uses: "RegExp.escape", near: "=RegExp.escape" },
];

/** Objects that are there under a name of their own, and the interface of each. */
const SINGLETONS = new Map([
  ["crypto", "Crypto"],
  ["document", "Document"],
  ["history", "History"],
  ["localStorage", "Storage"],
  ["location", "Location"],
  ["navigator", "Navigator"],
  ["performance", "Performance"],
  ["sessionStorage", "Storage"],
]);
const GLOBAL_OBJECTS = new Set(["window", "self", "globalThis"]);
/** What gives an iterator in all browsers that are served; what is called on it then is an iterator helper. */
const MAKES_ITERATOR = new Set(["entries", "keys", "matchAll", "values"]);

const unsupported = unsupportedFeatures();

/** Whether one of the browsers that are served lacks it. */
function isUnsupported(feature: Identifier) {
  const support = feature.__compat?.support;
  if (support === undefined) return false;
  return Object.entries(FLOOR).some(([browser, floor]) => {
    const entries = [support[browser as BrowserName] ?? []].flat();
    return !entries.some(({ version_added: added, prefix, flags }) => {
      if (typeof added !== "string" || prefix !== undefined || flags !== undefined) return false;
      return Number.parseFloat(added.replace("≤", "")) <= floor;
    });
  });
}

/**
 * The names of what is unsupported: `interfaces` ("Temporal") and `constructors` ("Iterator"); `members` of an interface or of
 * its prototype ("AbortSignal.any"); `methods` that values of the language have by now and nothing had before
 * ("isSubsetOf"), which are known by their name alone; and what iterators have (`onIterators`).
 */
function unsupportedFeatures() {
  const { api, javascript }: CompatData = require("@mdn/browser-compat-data");
  const { builtins = {} } = javascript;
  const interfaces = new Set<string>();
  const constructors = new Set<string>();
  const members = new Set<string>();
  const methods = new Set<string>();
  const oldNames = new Set<string>();
  for (const [name, feature] of [
    ...Object.entries<Identifier>(api),
    ...Object.entries<Identifier>(builtins),
  ]) {
    if (isUnsupported(feature)) interfaces.add(name);
    if (isUnsupported(feature) || isUnsupported(feature[name] ?? {})) constructors.add(name);
    for (const [key, member] of Object.entries<Identifier>(feature)) {
      const called = key.replace(/_static$/, "");
      if (member.__compat === undefined || !/^\w+$/.test(called) || called === name) continue;
      if (isUnsupported(member)) {
        members.add(`${name}.${called}`);
        // What only an unsupported constructor makes is found there, and what is static as a member.
        if (!constructors.has(name) && isOfPrototype(member)) methods.add(called);
      } else oldNames.add(called);
    }
  }
  for (const name of oldNames) methods.delete(name);
  return {
    interfaces,
    constructors,
    members,
    methods,
    onIterators: new Set(Object.keys(builtins.Iterator ?? {})),
  };
}

/** Whether it is a method of the language's own values, and not of what they are made by. */
function isOfPrototype(member: Identifier) {
  return /tc39\.es\/.*\.prototype\./i.test(String(member.__compat?.spec_url));
}

/** A use of an unsupported feature, as one would write it; undefined where the node is none. */
function unsupportedUse(node: Node) {
  switch (node.type) {
    case "NewExpression":
    case "CallExpression": {
      const { callee } = node;
      if (callee.type === "Identifier") {
        if (callee.name === "RegExp")
          return unsupportedPattern(stringOf(node.arguments[0]), stringOf(node.arguments[1]));
        return node.type === "NewExpression" && unsupported.constructors.has(callee.name)
          ? `new ${callee.name}`
          : undefined;
      }
      if (callee.type !== "MemberExpression" || node.optional) return undefined;
      const name = memberName(callee);
      if (name === undefined) return undefined;
      if (makesIterator(callee.object) && unsupported.onIterators.has(name))
        return `Iterator.prototype.${name}`;
      return globalName(callee.object) === undefined && unsupported.methods.has(name)
        ? `.${name}()`
        : undefined;
    }
    case "MemberExpression": {
      const object = globalName(node.object);
      const name = memberName(node);
      if (object === undefined || name === undefined) return undefined;
      const member = `${SINGLETONS.get(object) ?? object}.${name}`;
      if (unsupported.members.has(member)) return `${object}.${name}`;
      return unsupported.interfaces.has(object) ? object : undefined;
    }
    case "Literal":
      return node.regex && unsupportedPattern(node.regex.pattern, node.regex.flags);
    case "VariableDeclaration":
      return /using$/.test(node.kind) ? node.kind : undefined;
    case "ImportDeclaration":
      return node.attributes?.length > 0 || node.phase ? "import … with" : undefined;
    default:
      return undefined;
  }
}

/** The unsupported syntax of a regular expression. */
function unsupportedPattern(pattern: string | undefined = "", flags: string | undefined = "") {
  if (flags.includes("v")) return "a regular expression's flag v";
  if (/\(\?(?:[ims]+(?:-[ims]*)?|-[ims]+):/.test(pattern)) return "a regular expression's (?i:)";
  const groups = [...pattern.matchAll(/\(\?<(\w+)>/g)].map(([, name]) => name);
  return new Set(groups).size < groups.length
    ? "a regular expression's group of a name that stands twice"
    : undefined;
}

/** "any" of `AbortSignal.any` and `AbortSignal["any"]`. */
function memberName({ property, computed }: Node) {
  if (computed) return stringOf(property);
  return property?.type === "Identifier" ? property.name : undefined;
}

/** The name under which a node is there globally: "Iterator" of `Iterator` and `window.Iterator`. */
function globalName(node: Node) {
  if (node.type === "Identifier" && !GLOBAL_OBJECTS.has(node.name)) {
    return /^[A-Z]\w{2,}$/.test(node.name) || SINGLETONS.has(node.name) ? node.name : undefined;
  }
  const isOfGlobal =
    node.type === "MemberExpression" &&
    node.object.type === "Identifier" &&
    GLOBAL_OBJECTS.has(node.object.name);
  return isOfGlobal ? memberName(node) : undefined;
}

/** `map.values()` and the like, but not `Object.values(map)`, which gives an array. */
function makesIterator(node: Node) {
  return (
    node.type === "CallExpression" &&
    node.callee.type === "MemberExpression" &&
    MAKES_ITERATOR.has(memberName(node.callee) ?? "") &&
    (node.arguments.length === 0 || memberName(node.callee) === "matchAll")
  );
}

/** Whether the script detects the feature first: by typeof, ?., or a condition that names it. */
function isFeatureDetected(text: string, node: Node, parents: readonly Node[]) {
  const name = node.type === "MemberExpression" ? memberName(node) : undefined;
  const direct = parents.at(-1);
  if (direct?.type === "UnaryExpression" && direct.operator === "typeof") return true;
  if (direct?.type === "CallExpression" && direct.optional && direct.callee === node) return true;
  const called = name ?? memberName(node.callee ?? {}) ?? node.callee?.name;
  return parents.some((parent) => {
    const condition = parent.test ?? (parent.type === "LogicalExpression" ? parent.left : undefined);
    return condition && called && text.slice(condition.start, condition.end).includes(called);
  });
}

/** The unsupported features that a script uses without detecting them first. */
export function findUnsupported(source: Source): Finding[] {
  const findings: Finding[] = [];
  walk(parse(source), (node, parents) => {
    const uses = unsupportedUse(node);
    if (uses === undefined || isFeatureDetected(source.text, node, parents)) return;
    const near = source.text.slice(Math.max(0, node.start - 40), node.start + 60).replaceAll(/\s+/g, " ");
    if (FEATURE_DETECTED.some((one) => one.uses === uses && near.includes(one.near))) return;
    const says = `uses ${uses}, which not all of ${SUPPORTED.join(", ")} have: … ${near} …`;
    findings.push({ file: source.file, line: source.text.slice(0, node.start).split("\n").length, says });
  });
  return findings;
}

if (isMain(import.meta.url)) {
  const folder = join(root, CHUNKS);
  if (!existsSync(folder)) giveUp("There is no production build yet: run npm run build first.");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".js"),
  );
  const findings = files.flatMap((file) =>
    findUnsupported(readSource(`${CHUNKS}/${file.replaceAll("\\", "/")}`)),
  );
  report(findings, `${files.length} scripts run in ${SUPPORTED.join(", ")}.`);
}
