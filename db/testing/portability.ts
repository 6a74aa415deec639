/**
 * Finds SQL in a function's definition that would not run on a Postgres-compatible distributed engine, or not mean the
 * same: a lock must be routable to one shard, and nothing may need what only one node has.
 */

/** The columns of each table's primary key. */
export type PrimaryKeys = ReadonlyMap<string, readonly string[]>;

/** What only one node has, or what none of the distributed engines has. */
const FORBIDDEN: readonly { pattern: RegExp; what: string }[] = [
  { pattern: /\bpg_(try_)?advisory_\w+/, what: "an advisory lock" },
  { pattern: /\b(listen|unlisten|notify|pg_notify)\b/, what: "LISTEN or NOTIFY" },
  { pattern: /\b(nextval|setval|currval|lastval)\b/, what: "a sequence" },
  { pattern: /\b(serial|bigserial|smallserial)\b|\bas identity\b/, what: "a serial or identity column" },
  { pattern: /\bdeferrable\b|\bset constraints\b/, what: "a deferrable constraint" },
  { pattern: /\block table\b|\block \w+ in \w+/, what: "a table lock" },
  { pattern: /\bcreate (global |local )?temp/, what: "a temporary table" },
  { pattern: /\bctid\b/, what: "a row's place on one node" },
];

const LOCK = /\bfor (?:no key update|update|share|key share)\b/g;

/** Comments and string literals become blanks: words in them lock nothing. */
function bare(sql: string): string {
  return sql
    .replace(/--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, (found) => (found.startsWith("'") ? "''" : " "))
    .replace(/\s+/g, " ")
    .toLowerCase();
}

/** What stands in parentheses becomes a word for what it is, so that one statement's own clauses are left. */
function ownClauses(statement: string): string {
  let text = statement;
  for (;;) {
    const folded = text.replace(/\(([^()]*)\)/g, (_all, inner: string) =>
      /^\s*(with|select|values)\b/.test(inner) ? " :subquery " : " :list ",
    );
    if (folded === text) return text.replace(/\s+/g, " ").trim();
    text = folded;
  }
}

/** CASE expressions become a word, for their THEN and ELSE begin no statement. */
function withoutCases(sql: string): string {
  let text = sql;
  for (;;) {
    const folded = text.replace(/\bcase\b(?:(?!\bcase\b)[^;])*?\bend\b(?!\s+case)/g, " :case ");
    if (folded === text) return text;
    text = folded;
  }
}

/** Every SELECT (PERFORM, in PL/pgSQL), UPDATE and DELETE of the text with its own clauses only, those within parentheses included. */
function statementsOf(sql: string): string[] {
  const found: string[] = [];
  const cut = (text: string) => {
    for (const part of withoutCases(text).split(/;|\b(?:loop|then|else|begin)\b/)) {
      for (const start of part.matchAll(/\b(?:select|perform|update|delete from)\b/g)) {
        const before = part.slice(0, start.index);
        // FOR UPDATE and ON CONFLICT DO UPDATE are clauses of another statement.
        if (/\b(for|for no key|do)\s+$/.test(before)) continue;
        found.push(ownClauses(part.slice(start.index)));
      }
    }
  };
  let text = sql;
  for (;;) {
    const inner = /\(([^()]*)\)/.exec(text);
    if (!inner) break;
    if (/^\s*(with|select|update|delete)\b/.test(inner[1] ?? "")) cut(inner[1] ?? "");
    const word = /^\s*(with|select|values)\b/.test(inner[1] ?? "") ? " :subquery " : " :list ";
    text = text.slice(0, inner.index) + word + text.slice(inner.index + inner[0].length);
  }
  cut(text);
  return found;
}

/** What is wrong with a SELECT that locks rows. */
function lockComplaint(statement: string, primaryKeys: PrimaryKeys): string | undefined {
  const lock = /\bfor (no key update|update|share|key share)\b(.*)$/.exec(statement);
  if (!lock) return undefined;
  if (/\b(skip locked|nowait)\b/.test(lock[2] ?? "")) return "a lock that does not wait";
  const shape = /\bfrom (?:public\.)?(\w+)(?: as)?(?: (?!where)(\w+))? where (.*?) for /.exec(statement);
  const columns = primaryKeys.get(shape?.[1] ?? "");
  if (!shape || !columns) return "a lock of anything but one table";
  const conditions = (shape[3] ?? "").split(" and ").map((condition) => condition.trim());
  const equal = new Set(
    conditions.flatMap((condition) => {
      const found = /^(?:(\w+)\.)?(\w+) = (?!any\b|all\b)[\w.:]+$/.exec(condition);
      return found && (found[1] === undefined || found[1] === (shape[2] ?? shape[1])) ? [found[2]] : [];
    }),
  );
  if (equal.size !== conditions.length) return "a lock by anything but equality";
  if (!columns.every((column) => equal.has(column))) return "a lock by less than the primary key";
  return undefined;
}

/** What is wrong with an UPDATE or DELETE. */
function writeComplaint(statement: string): string | undefined {
  if (!/^(update|delete from) /.test(statement)) return undefined;
  const source = /^update .*? from (.*?)(?: where .*)?$|^delete from .*? using (.*?)(?: where .*)?$/.exec(
    statement,
  );
  const joined = source?.[1] ?? source?.[2];
  if (joined !== undefined && !/^:subquery (as )?\w+( :list)?( where\b.*)?$/.test(joined))
    return "a write that joins anything but a subquery";
  if (/ where .*(= any :|\bin :)/.test(statement)) return "a write to a list of rows";
  return undefined;
}

/** What stands in `definition` that is not portable, in words; nothing where all of it is. */
export function findUnportable(definition: string, primaryKeys: PrimaryKeys): string[] {
  const sql = bare(definition);
  const complaints = FORBIDDEN.filter(({ pattern }) => pattern.test(sql)).map(({ what }) => what);
  const statements = statementsOf(sql);
  const locks = (text: string) => [...text.matchAll(LOCK)].length;
  if (statements.reduce((sum, statement) => sum + locks(statement), 0) < locks(sql))
    complaints.push("a lock that this test cannot read");
  for (const statement of statements) {
    const complaint = lockComplaint(statement, primaryKeys) ?? writeComplaint(statement);
    if (complaint !== undefined) complaints.push(`${complaint}: ${statement}`);
  }
  return complaints;
}
