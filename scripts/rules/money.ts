/**
 * Refuses code that writes money tables anywhere but in db/payments and db/ledger: through Drizzle, or in SQL text. The
 * database refuses the application such writes as well; this finds them before anything runs.
 */
import {
  bare,
  type Finding,
  isMain,
  lineOf,
  parse,
  readSources,
  report,
  type Source,
  walk,
} from "./source.ts";

/** The money tables and the journal over them: what Drizzle's schema calls them, and SQL. */
const TABLES = {
  ledgerAccounts: "ledger_accounts",
  ledgerSealHead: "ledger_seal_head",
  ledgerSeals: "ledger_seals",
  ledgerTransfers: "ledger_transfers",
  payments: "payments",
  refundTotals: "refund_totals",
};

const names = Object.values(TABLES).join("|");
const WRITING_SQL = new RegExp(
  `\\b(insert\\s+into|update|delete\\s+from|merge\\s+into|truncate(?:\\s+table)?|copy)\\s+(?:only\\s+)?"?(${names})\\b`,
  "i",
);

const WRITERS = /^db\/(payments|ledger)\//;
/** Tests plant what must not be, and look whether it is found. */
const TESTS = /\.test\.tsx?$|^db\/testing\//;
/** Who else may, and why. */
const EXCEPTIONS = new Map([
  [
    "db/setup/seed.ts",
    "The demo's funding accounts have no floor, which no function of the application may give.",
  ],
  ["db/setup/demo-removal.ts", "The demo's accounts are closed for good, by the owner of the tables."],
]);

/** The writes to money tables that stand where they may not. */
export function findMoneyWrites(source: Source): Finding[] {
  if (WRITERS.test(source.file) || TESTS.test(source.file) || EXCEPTIONS.has(source.file)) return [];
  const program = parse(source);
  /** The local name of an imported table, and its own. */
  const imported = new Map<string, string>();
  const findings: Finding[] = [];
  const refuse = (offset: number, table: string) =>
    findings.push({
      file: source.file,
      line: lineOf(source.text, offset),
      says: `Writes ${table}: only db/payments and db/ledger may, so call what they export.`,
    });
  walk(program, (node) => {
    if (node.type === "ImportSpecifier") imported.set(node.local.name, node.imported.name);
    if (node.type === "CallExpression" && /^(insert|update|delete)$/.test(bare(node.callee).property?.name)) {
      const table = bare(node.arguments[0]);
      const name = table?.property?.name ?? imported.get(table?.name) ?? table?.name;
      if (Object.hasOwn(TABLES, name ?? "")) refuse(node.start, TABLES[name as keyof typeof TABLES]);
    }
    if (node.type === "TemplateElement" || (node.type === "Literal" && typeof node.value === "string")) {
      const written = WRITING_SQL.exec(node.value.cooked ?? node.value);
      if (written) refuse(node.start, written[2] ?? "");
    }
  });
  return findings;
}

if (isMain(import.meta.url)) {
  const sources = readSources(["app", "components", "db", "lib", "server", "."]);
  report(sources.flatMap(findMoneyWrites), "Only db/payments and db/ledger write money tables.");
}
