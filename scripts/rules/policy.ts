/**
 * Default deny, in the source: every page, route handler and server action stands in server/identity/policy.ts and calls its
 * guard under its own name, and everything that stands there exists.
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

type Entry = { level: string; line: number };
type Policy = Record<"PAGES" | "ROUTES" | "ACTIONS", Map<string, Entry>>;
/** `isMade`: its value is a call, not a function. `isOneOf`: it is a member of what the call returns. */
type Exported = { node: Node; name: string; isMade: boolean; isOneOf?: boolean };
type LookUp = (list: keyof Policy, name: string, node: Node) => Entry | undefined;
type Refuse = (node: Node, says: string) => void;

const POLICY = "server/identity/policy.ts";
const PAGE = /^app\/(.*\/)?page\.[jt]sx?$/;
const ROUTE = /^app\/(.*\/)?route\.[jt]sx?$/;
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** metricsRoute is route's, with one more way in. The last two make formRoute's handlers of their own: Continue and Pay of the form without script (server/pay/plain-form.ts). */
const ROUTE_MAKERS = new Set([
  "route",
  "formRoute",
  "documentRoute",
  "exportRoute",
  "metricsRoute",
  "continueRoute",
  "plainPayRoute",
]);
/** Makes the handlers of the methods that an API path does not have: nobody is admitted to anything there. */
const OTHERS_MAKER = "otherMethods";
const ACTION_GUARDS = new Set(["authorizeAction", "requireAction"]);

/** What in these sources, server/identity/policy.ts among them, is not as the policy says. */
export function findUnguarded(sources: readonly Source[]): Finding[] {
  const policySource = sources.find(({ file }) => file === POLICY);
  if (!policySource) throw new Error(`Bug: ${POLICY} is not among the sources.`);
  const policy = readPolicy(policySource);
  const found: Record<keyof Policy, Set<string>> = {
    PAGES: new Set(),
    ROUTES: new Set(),
    ACTIONS: new Set(),
  };
  const findings: Finding[] = [];

  for (const source of sources) {
    const program = parse(source);
    const refuse = (node: Node, says: string) => {
      findings.push({ file: source.file, line: lineOf(source.text, node.start), says });
    };
    /** Notes that something is there; its entry in the policy, or undefined and a finding. */
    const lookUp = (list: keyof Policy, name: string, node: Node) => {
      if (list === "ACTIONS" && found[list].has(name))
        refuse(node, `There is another action called ${name}: the policy knows an action by its name.`);
      found[list].add(name);
      const entry = policy[list].get(name);
      if (!entry) refuse(node, `"${name}" does not stand in ${list} of ${POLICY}: add it there.`);
      return entry;
    };
    if (PAGE.test(source.file)) checkPage(source, program, lookUp, refuse);
    if (ROUTE.test(source.file)) checkRoute(source, program, lookUp, refuse);
    if (hasDirective(program)) checkActions(program, lookUp, refuse);
    walk(program, (node) => {
      if (isFunction(node) && hasDirective(node.body))
        refuse(node, `An action inside other code: move it into a file that begins with "use server".`);
    });
  }

  for (const list of Object.keys(policy) as (keyof Policy)[]) {
    for (const [name, { line }] of policy[list]) {
      if (!found[list].has(name))
        findings.push({
          file: POLICY,
          line,
          says: `"${name}" stands in ${list} but nothing is called so: remove it.`,
        });
    }
  }
  return findings;
}

/** A page calls authorizePage in its component, and nowhere under another name. One for anyone may do without. */
function checkPage(source: Source, program: Node, lookUp: LookUp, refuse: Refuse) {
  const name = pathOf(source.file);
  const page = program.body.find((one: Node) => one.type === "ExportDefaultDeclaration");
  if (!isFunction(page?.declaration)) {
    refuse(
      page ?? program,
      "A page exports its component as a function declaration, so that its guard is seen.",
    );
    return;
  }
  const entry = lookUp("PAGES", name, page);
  const guards = callsOf(program, new Set(["authorizePage"]));
  for (const { call } of guards) {
    if (stringOf(call.arguments[0]) !== name)
      refuse(call, `This is the page "${name}": authorizePage must be given that.`);
  }
  const isGuarded = guards.some(({ isAwaited, within }) => isAwaited && within === page.declaration);
  if (entry && entry.level !== "anyone" && !isGuarded)
    refuse(page, `The page does not authorize its viewer: await authorizePage("${name}", …) first.`);
}

/**
 * A route handler is made by route or formRoute, which admit the caller before the handler runs; and an API path
 * answers every method, those it does not have by otherMethods.
 */
function checkRoute(source: Source, program: Node, lookUp: LookUp, refuse: Refuse) {
  const path = pathOf(source.file);
  const answered = new Set<string>();
  for (const { node, name: method, isMade, isOneOf } of exportsOf(program, refuse)) {
    if (!METHODS.has(method)) continue;
    answered.add(method);
    if (isOneOf) {
      if (!isMade || bare(node.callee).name !== OTHERS_MAKER || stringOf(node.arguments[0]) !== path)
        refuse(node, `Several handlers at once are made by ${OTHERS_MAKER}("${path}") only.`);
      continue;
    }
    if (method === "GET") answered.add("HEAD");
    const name = `${method} ${path}`;
    lookUp("ROUTES", name, node);
    const isOurs = isMade && ROUTE_MAKERS.has(bare(node.callee).name);
    if (!isOurs || stringOf(node.arguments[0]) !== name)
      refuse(node, `The handler is not made by route("${name}", …) or formRoute("${name}", …).`);
  }
  const unanswered = [...METHODS].filter((method) => !answered.has(method)).sort();
  if (path.startsWith("/api/") && unanswered.length > 0)
    refuse(
      program,
      `Nothing answers ${unanswered.join(", ")}: export const { ${unanswered.join(", ")} } = ${OTHERS_MAKER}("${path}").`,
    );
}

/** Every export of a "use server" file is an action, which calls its guard before it waits for anything else. */
function checkActions(program: Node, lookUp: LookUp, refuse: Refuse) {
  for (const { node, name } of exportsOf(program, refuse)) {
    lookUp("ACTIONS", name, node);
    const awaited: Node[] = [];
    walk(node, (one) => {
      if (one.type === "AwaitExpression") awaited.push(bare(one.argument));
    });
    const [first] = awaited.sort((a, b) => a.start - b.start);
    const isGuard = first?.type === "CallExpression" && ACTION_GUARDS.has(bare(first.callee).name);
    if (!isGuard || stringOf(first.arguments[0]) !== name)
      refuse(
        node,
        `The action must await authorizeAction("${name}") or requireAction("${name}") before anything else.`,
      );
  }
}

/** The values that a file exports by name. Ways to export that hide what is exported are refused. */
function exportsOf(program: Node, refuse: Refuse): Exported[] {
  const exported: Exported[] = [];
  for (const statement of program.body) {
    if (!/^Export/.test(statement.type) || statement.exportKind === "type") continue;
    const { declaration } = statement;
    if (statement.type === "ExportNamedDeclaration" && isFunction(declaration)) {
      exported.push({ node: declaration, name: declaration.id.name, isMade: false });
    } else if (
      statement.type === "ExportNamedDeclaration" &&
      declaration?.type === "VariableDeclaration" &&
      declaration.declarations.every((one: Node) => namesOf(one.id) && one.init)
    ) {
      for (const { id, init } of declaration.declarations) {
        const node = bare(init);
        const isMade = node.type === "CallExpression";
        const isOneOf = id.type === "ObjectPattern";
        for (const name of namesOf(id) ?? []) exported.push({ node, name, isMade, isOneOf });
      }
    } else {
      refuse(statement, "Export each by name where it is declared, so that its guard is seen.");
    }
  }
  return exported;
}

/** The names that a declaration gives, where they are plain: `one`, or `{ one, two }`. */
function namesOf(id: Node) {
  if (id.type === "Identifier") return [id.name];
  const members = id.type === "ObjectPattern" ? id.properties : [];
  const isPlain = members.every((member: Node) => member.type === "Property" && member.shorthand);
  return isPlain && members.length > 0 ? members.map(({ key }: Node) => key.name) : undefined;
}

/** The calls of these functions, each with the innermost function it stands in, and whether that waits for it. */
function callsOf(program: Node, names: Set<string>) {
  const calls: { call: Node; within: Node; isAwaited: boolean }[] = [];
  walk(program, (call, parents) => {
    if (call.type !== "CallExpression" || !names.has(bare(call.callee).name)) return;
    const depth = parents.findLastIndex(isFunction);
    const isAwaited = parents.slice(depth + 1).some(({ type }) => type === "AwaitExpression");
    calls.push({ call, within: parents[depth], isAwaited });
  });
  return calls;
}

function hasDirective(block: Node) {
  const statements = Array.isArray(block?.body) ? block.body : [];
  return statements.some((one: Node) => one.directive === "use server");
}

/** The path that Next serves a page or route handler at, parameters in brackets. */
function pathOf(file: string) {
  const folders = file.split("/").slice(1, -1);
  return `/${folders.filter((folder) => !/^(\(.*\)|@.*)$/.test(folder)).join("/")}`;
}

function readPolicy(source: Source): Policy {
  const policy: Policy = { PAGES: new Map(), ROUTES: new Map(), ACTIONS: new Map() };
  walk(parse(source), (node) => {
    if (node.type !== "VariableDeclarator" || !Object.hasOwn(policy, node.id.name ?? "")) return;
    const list = policy[node.id.name as keyof Policy];
    for (const { key, value, start } of bare(node.init).properties) {
      const name = stringOf(key) ?? key.name;
      list.set(name, { level: stringOf(value) ?? "", line: lineOf(source.text, start) });
    }
  });
  return policy;
}

if (isMain(import.meta.url)) {
  const sources = readSources(["app", "components", "db", "lib", "server"]);
  report(
    findUnguarded(sources),
    "Every page, route handler and server action stands in the policy and calls its guard.",
  );
}
