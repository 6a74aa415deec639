/** Planted bugs of the application's sources. */
import type { PlantedBug, SourceChange } from "./planted-bug.ts";

const STATEMENT = "db/payments/settle-statement.ts";
/** Has the one statement go through `send`, which gets it as a template and decides how. */
const sentThrough = (send: string): readonly SourceChange[] => [
  transactionsAgain,
  { file: STATEMENT, find: "return sql<Answer[]>`", replace: "return through(sql)`" },
  { file: STATEMENT, find: "function statement(", replace: `${send}\nfunction statement(` },
];
/** The driver's transactions do not work with the option that keeps statements apart. */
const transactionsAgain: SourceChange = {
  file: "db/connection/pool.ts",
  find: "ONE_AT_A_TIME = { max_pipeline: 0 }",
  replace: "ONE_AT_A_TIME = {}",
};
/** The second half of a payment, as a statement of its own. */
const MOVE_MONEY = `
  create function move_money(debit uuid, credit uuid, amount bigint) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update ledger_accounts
       set balance_minor = balance_minor + case id when debit then -amount else amount end, version = version + 1
     where id in (debit, credit)
  $$`;

export const SOURCE_BUGS: readonly PlantedBug[] = [
  {
    name: "unknown shown as failed",
    what: "a payment that has no outcome after a second is answered as not paid, for good",
    detectedBy: ["S5 honest"],
    edits: [
      { file: "db/payments/pay.ts", find: "countdown(DEADLINE_MS)", replace: "countdown(1_000)" },
      {
        file: "server/http/responses.ts",
        find: "  return problem(name);\n",
        replace:
          '  return { ...problem(name), ...(name !== "internal-error" && { moneyMoved: "no" as const, retry: "never" as const }) };\n',
      },
    ],
  },
  {
    name: "unknown shown as declined",
    what: "the page calls a payment declined while it is being checked",
    detectedBy: ["S5 honest"],
    inBrowser: true,
    trigger: "unanswered",
    edits: [
      {
        file: "components/checkout/alerts.tsx",
        find: '  if (state.name !== "declined") return null;\n',
        replace: `
  if (state.name === "checking") return <Alert title={t("declinedTitle")}>{t("declined_unknown")}</Alert>;
  if (state.name !== "declined") return null;
`,
      },
    ],
  },
  {
    name: "coalescing without the payload",
    what: "another payload under the same key shares the first one's answer",
    detectedBy: ["S3 same answer"],
    edits: [{ file: "db/payments/settle.ts", find: 'entry.requestHash.toString("base64")', replace: '""' }],
  },
  {
    name: "coalescing without the user",
    what: "somebody else's request with the same key shares the first one's answer",
    detectedBy: ["S4 kept"],
    edits: [{ file: "db/payments/settle.ts", find: "{entry.userId} ", replace: '{""} ' }],
  },
  {
    name: "acknowledged before the commit",
    what: "the answer is given when the statement has run, and its transaction is committed afterwards",
    detectedBy: ["S4 kept"],
    edits: sentThrough(`
      const through = (sql) => (...statement) =>
        new Promise((resolve, reject) => {
          sql.begin(async (tx) => resolve(await tx(...statement))).catch(reject);
        });`),
  },
  {
    name: "interactive transaction",
    what: "the driver's transaction around two statements, one that records payments and one that moves the balances, and something to wait for between them, in a pool whose connections are waited for",
    detectedBy: ["reconcile: balance-is-sum-of-entries", "reconcile: chain-without-gap"],
    trigger: "terminated",
    sql: [
      {
        from: "settle_payments_v1",
        find: "from each_of(accounts_held) where touched",
        replace: "from each_of(accounts_held) where false",
      },
      { sql: MOVE_MONEY },
    ],
    edits: [
      {
        file: "db/connection/client.ts",
        find: "SETTLING_CONNECTIONS = 8;",
        replace: "SETTLING_CONNECTIONS = 1;",
      },
      ...sentThrough(`
      const through = (sql) => (...statement) =>
        sql.begin(async (tx) => {
          const answers = await tx(...statement);
          await new Promise((done) => setTimeout(done, 250));
          for (const one of answers)
            if (one.verdict === "settled" && one.status === "succeeded")
              await tx.unsafe("select move_money($1, $2, $3)", [one.payerAccountId, one.payeeAccountId, one.amountMinor]);
          return answers;
        });`),
    ],
  },
  {
    name: "tried again with a new key",
    what: "after a failure that leaves the outcome open, a transfer is sent again under a key of its own",
    detectedBy: ["S1 once", "S3 same answer"],
    edits: [
      {
        file: STATEMENT,
        find: "(sql) => settleAll(sql, [entry], null), options);",
        replace: `async (sql) => {
          if (entry.kind !== "transfer") return settleAll(sql, [entry], null);
          const newKey = \`select * from issue_key_v1($1, uuidv7(), 'transfer', gen_random_uuid(), null, '1 day', 2000)\`;
          const [issued] = await sql.unsafe(newKey, [entry.userId]);
          return settleAll(sql, [{ ...entry, key: issued.key }], null);
        }, options);`,
      },
    ],
  },
];
