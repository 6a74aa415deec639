/**
 * The SQL of functions, triggers, types and views: files that stand beside the TypeScript that calls them. They are the source;
 * migrations are made of them (`npm run db:generate`), and must make exactly what they say (`npm run check`).
 */
import { readFileSync } from "node:fs";
import path from "node:path";

/** In this order, because a type or a table's trigger function must be there before what names it. */
const FILES = [
  "db/connection/decisive.sql",
  "db/identity/email-addresses.sql",
  "db/identity/credentials.sql",
  "db/idempotency/identity.sql",
  "db/operators/audit.sql",
  "db/operators/roles.sql",
  "db/operators/merchant-requests.sql",
  "db/operators/people.sql",
  "db/idempotency/issue.sql",
  "db/idempotency/new-keys/new-keys.sql",
  "db/idempotency/state.sql",
  "db/idempotency/revoke.sql",
  "db/idempotency/reap.sql",
  "db/idempotency/operators/keys.sql",
  "db/payments/locks.sql",
  "db/payments/settle-rules.sql",
  "db/payments/settle.sql",
  "db/orders/orders.sql",
  "db/orders/payment-links.sql",
  "db/ledger/accounts.sql",
  "db/ledger/currencies.sql",
  "db/ledger/restrictions.sql",
  "db/ledger/adjustments.sql",
  "db/ledger/append-only.sql",
  "db/identity/earlier-names.sql",
  "db/security/events.sql",
  "db/ledger/seal.sql",
  "db/ledger/reconciliation/journal-slice.sql",
  "db/ledger/reconciliation/runs.sql",
  "db/attempts/record.sql",
  "db/attempts/prune.sql",
  "db/service/minutes.sql",
  "db/setup/grants.sql",
] as const;

export type SourceStatement = {
  file: string;
  /** With the comment before it. */
  text: string;
  /** What it is about, as the catalog names it: "function settle_payments_v1", "trigger orders_end_once". */
  subjects: string[];
};

/** Every statement of the source files, in order. */
export function readSources(): SourceStatement[] {
  return FILES.flatMap((file) =>
    splitStatements(readFileSync(path.join(process.cwd(), file), "utf8")).map((text) => ({
      file,
      text,
      subjects: subjectsOf(text, file),
    })),
  );
}

/** Quoted text, dollar-quoted bodies and comments, in which a semicolon ends nothing. */
const OPAQUE = /\$\$[\s\S]*?\$\$|'(?:[^']|'')*'|--[^\n]*/g;

/** The statements of a file, each with the comments before it and its semicolon. */
export function splitStatements(sql: string): string[] {
  // As long as the text itself, so that offsets in one are offsets in the other.
  const bare = sql.replace(OPAQUE, (found) => "~".repeat(found.length));
  const ends = [...bare.matchAll(/;/g)].map((semicolon) => semicolon.index + 1);
  const statements = ends.map((end, at) => sql.slice(at === 0 ? 0 : ends[at - 1], end).trim());
  const rest = bare
    .slice(ends.at(-1) ?? 0)
    .replaceAll("~", "")
    .trim();
  if (rest !== "") throw new Error(`A statement without its semicolon: ${rest}`);
  return statements;
}

const SUBJECTS: readonly [RegExp, (found: RegExpExecArray) => string[]][] = [
  [/^create or replace function (\w+)/, ([, name]) => [`function ${name}`]],
  [/^create or replace view (\w+)/, ([, name]) => [`view ${name}`]],
  [/^create or replace trigger (\w+)/, ([, name]) => [`trigger ${name}`]],
  [/^create type (\w+)/, ([, name]) => [`type ${name}`]],
  [/^alter table \w+ enable always trigger (\w+)/, ([, name]) => [`trigger ${name}`]],
  [/^alter table (\w+) set \(/, ([, name]) => [`storage ${name}`]],
  [/^insert into (\w+)/, ([, name]) => [`rows ${name}`]],
  [
    /^revoke execute on function ([\w, \n]+?) from/,
    ([, names = ""]) => names.split(",").map((name) => `function ${name.trim()}`),
  ],
];

function subjectsOf(statement: string, file: string): string[] {
  const bare = statement.replace(/^(?:\s*--[^\n]*\n)+/, "").trim();
  for (const [pattern, subjects] of SUBJECTS) {
    const found = pattern.exec(bare);
    if (found) return subjects(found);
  }
  throw new Error(`${file}: it is not known what this statement is about: ${bare.slice(0, 80)}`);
}
