/**
 * Planted bugs, each of a kind that such a system is known for: the proving ground is worth something only if it finds
 * them. In the database of one round, or in a copy of the sources that is built for it; never in the product.
 */
import { MUTANTS, type Mutant } from "../../db/testing/mutants.ts";
import type { NEEDED } from "./faults.ts";
import type { CheckName } from "./harm.ts";

/** What is changed in a copy of the sources. The text stands once in its file. */
export type Edit = { file: string; find: string; replace: string };

export type PlantedBug = {
  name: string;
  what: string;
  /** The checks that are there to find it. What only others find, was found by chance. */
  by: readonly CheckName[];
  sql?: readonly Mutant[];
  edits?: readonly Edit[];
  /** The fault at which it does harm; without, any of the cheap ones will do. */
  needs?: keyof typeof NEEDED;
  /** It is in the page: people pay in browsers, and nobody else pays beside them. */
  inBrowser?: true;
};

/** A mutant that the database tests know, too. */
function known(name: string): Mutant {
  const mutant = MUTANTS.find((one) => one.name === name);
  if (!mutant) throw new Error(`Bug: there is no mutant called ${name}.`);
  return mutant;
}

function inFunction(from: string, find: string, replace: string): Mutant {
  return { name: from, without: "", from, find, replace };
}

/** Constraints catch what code forgets; where a bug is planted behind one, both are gone. */
function dropped(table: string, constraint: string): Mutant {
  return { name: constraint, without: "", sql: `alter table ${table} drop constraint ${constraint}` };
}

const asynchronous = inFunction(
  "assert_decisive",
  "perform set_config('synchronous_commit', 'on', true);",
  "null;",
);
const alwaysAsynchronous = (name: string): Mutant =>
  inFunction(name, "perform assert_decisive();", "perform set_config('synchronous_commit', 'off', true);");

/** What stops an order from being paid twice where its lock does not. */
const ordersMayEndTwice = known("orders-end-twice");
/** Two payments may stand under one key, and two transfers under one payment. */
const keysMayPayTwice: readonly Mutant[] = [
  dropped("payments", "payments_pkey"),
  dropped("ledger_transfers", "ledger_transfers_pkey"),
  { name: "purpose", without: "", sql: "drop index payments_purpose_once" },
];
const STATEMENT = "db/payments/statement.ts";
/** Has the one statement go through `send`, which gets it as a template and decides how. */
const sentThrough = (send: string): readonly Edit[] => [
  transactionsAgain,
  { file: STATEMENT, find: "return sql<Answer[]>`", replace: "return through(sql)`" },
  { file: STATEMENT, find: "function statement(", replace: `${send}\nfunction statement(` },
];
/** The driver's transactions do not work with the option that keeps statements apart. */
const transactionsAgain: Edit = {
  file: "db/pool.ts",
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

export const PLANTED: readonly PlantedBug[] = [
  {
    name: "key outlives its payment",
    what: "the key is not deleted in the statement that settles",
    by: ["reconcile: key-not-open-and-settled"],
    sql: [
      inFunction(
        "settle_payments_v1",
        "continue when not (key_done[i] or i = any(keys_spent));",
        "continue;",
      ),
    ],
  },
  {
    name: "no account lock",
    what: "accounts are read without a lock",
    by: [
      "reconcile: balance-is-sum-of-entries",
      "reconcile: chain-without-gap",
      "reconcile: conservation",
      "real-time order",
    ],
    sql: [inFunction("lock_accounts", "where a.id = wanted for no key update;", "where a.id = wanted;")],
  },
  {
    name: "no order lock",
    what: "orders are read without a lock",
    by: ["reconcile: order-paid-once"],
    sql: [
      inFunction("lock_orders", "where o.id = wanted for no key update;", "where o.id = wanted;"),
      ordersMayEndTwice,
    ],
  },
  {
    name: "no refund lock",
    what: "refund totals are read without a lock",
    by: ["reconcile: refunds-within-payment"],
    sql: [
      inFunction(
        "lock_refunds",
        "where t.payment_id = wanted for no key update;",
        "where t.payment_id = wanted;",
      ),
    ],
  },
  {
    name: "select, then insert",
    what: "issuing looks for a key and inserts one where it saw none; nothing arbitrates",
    by: ["reconcile: purpose-paid-once", "purpose once"],
    sql: [
      dropped("idempotency_keys", "idempotency_keys_purpose_unique"),
      { name: "purpose", without: "", sql: "drop index payments_purpose_once" },
      inFunction("issue_key_v1", "on conflict (user_id, kind, purpose_id) do nothing", ""),
      known("no-purpose-once-in-settle"),
    ],
  },
  {
    name: "unsorted locks",
    what: "accounts are locked in the order they come in",
    by: ["locks in order"],
    sql: [known("accounts-unsorted")],
  },
  {
    name: "decline not recorded",
    what: "a decline is told and not kept",
    by: ["S4 kept"],
    sql: [
      known("no-triggers"),
      inFunction(
        "settle_payments_v1",
        "perform wait_for_standbys();",
        "delete from payments p using unnest(entries) e where p.user_id = e.user_id and p.id = e.key and p.status = 'declined';",
      ),
    ],
  },
  {
    name: "replay recomputed",
    what: "a replay is told with the time of the replay",
    by: ["S3 same answer"],
    sql: [
      inFunction(
        "settle_payments_v1",
        "p.renderer, p.settled_at",
        "p.renderer, date_trunc('milliseconds', clock_timestamp())",
      ),
    ],
  },
  {
    name: "asynchronous settle",
    what: "a payment is acknowledged before its commit is on disk",
    by: ["S4 kept", "S1 once", "purpose once", "real-time order"],
    needs: "answered",
    sql: [alwaysAsynchronous("settle_payments_v1"), asynchronous],
  },
  {
    name: "asynchronous revoke",
    what: "a key is called void before its removal is on disk",
    by: ["S6 final no"],
    needs: "revoked",
    sql: [alwaysAsynchronous("revoke_key_v1"), asynchronous],
  },
  {
    name: "revoke in one snapshot",
    what: "revoking looks at payments as they were before it waited",
    by: ["S6 final no"],
    sql: [
      inFunction(
        "revoke_key_v1",
        "delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key;\n  is_settled := exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key);",
        "with gone as (delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key)\n  select exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key) into is_settled;",
      ),
    ],
  },
  {
    name: "payments before keys",
    what: "the state of a key is read from payments first, and from keys later",
    by: ["S6 final no"],
    sql: [
      inFunction(
        "key_state_v1",
        "select case\n           when exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key) then 'settled'",
        "select 'settled' into state where exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key);\n  perform pg_sleep(0.02) where state is null;\n  select case when state is not null then state",
      ),
    ],
  },
  {
    name: "floor before the lock",
    what: "the balance is compared with its floor as it was before the lock, and no constraint helps",
    by: ["declines justified", "reconcile: floor"],
    sql: [
      dropped("ledger_accounts", "ledger_accounts_floor"),
      inFunction(
        "decline_of",
        "when debit.balance_minor - amount < debit.min_balance_minor then",
        "when (select a.balance_minor from ledger_accounts a where a.id = debit.id) - amount < debit.min_balance_minor then",
      ),
    ],
  },
  {
    name: "expiry by a clock",
    what: "a key is called void once its time is over, while it can still pay",
    by: ["S6 final no"],
    needs: "reaped",
    sql: [
      inFunction(
        "key_state_v1",
        "and k.issued_in = here)",
        "and k.issued_in = here and k.expires_at > clock_timestamp())",
      ),
    ],
  },
  {
    name: "first-entry matching",
    what: "an entry is matched with its key by the key alone, whoever's it is",
    by: ["S1 once"],
    sql: [known("no-own-entry")],
  },
  {
    name: "issue without a look at payments",
    what: "a purpose that was paid gets another key",
    by: ["purpose once"],
    sql: [known("no-purpose-once-in-issue")],
  },
  {
    name: "running order ignored",
    what: "entries of one batch do not see that an earlier one paid the order",
    by: ["reconcile: order-paid-once"],
    sql: [known("no-running-order")],
  },
  {
    name: "running refunds ignored",
    what: "entries of one batch do not see what earlier ones refunded",
    by: ["reconcile: refunds-within-payment"],
    sql: [known("no-running-refunds")],
  },
  {
    name: "paid order paid again",
    what: "an order that is paid is not declined",
    by: ["reconcile: order-paid-once"],
    sql: [known("no-paid-by"), ordersMayEndTwice],
  },
  {
    name: "refund without a bound",
    what: "refunds may exceed their payment",
    by: ["reconcile: refunds-within-payment"],
    sql: [known("no-refund-cap")],
  },
  {
    name: "turns of one key ignored",
    what: "two entries of one key in a batch are both executed",
    by: ["S1 once", "reconcile: id-once"],
    sql: [known("no-turns"), ...keysMayPayTwice],
  },
  {
    name: "unknown shown as failed",
    what: "a payment that has no outcome after a second is answered as not paid, for good",
    by: ["S5 honest"],
    edits: [
      { file: "db/payments/pay.ts", find: "countdown(DEADLINE_MS)", replace: "countdown(1_000)" },
      {
        file: "server/http.ts",
        find: "  return problem(name);\n",
        replace:
          '  return { ...problem(name), ...(name !== "internal-error" && { moneyMoved: "no" as const, retry: "never" as const }) };\n',
      },
    ],
  },
  {
    name: "unknown shown as declined",
    what: "the page calls a payment declined while it is being checked",
    by: ["S5 honest"],
    inBrowser: true,
    needs: "unanswered",
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
    by: ["S3 same answer"],
    edits: [{ file: "db/payments/settle.ts", find: 'entry.requestHash.toString("base64")', replace: '""' }],
  },
  {
    name: "coalescing without the user",
    what: "somebody else's request with the same key shares the first one's answer",
    by: ["S4 kept"],
    edits: [{ file: "db/payments/settle.ts", find: "{entry.userId} ", replace: '{""} ' }],
  },
  {
    name: "acknowledged before the commit",
    what: "the answer is given when the statement has run, and its transaction is committed afterwards",
    by: ["S4 kept"],
    edits: sentThrough(`
      const through = (sql) => (...statement) =>
        new Promise((resolve, reject) => {
          sql.begin(async (tx) => resolve(await tx(...statement))).catch(reject);
        });`),
  },
  {
    name: "interactive transaction",
    what: "the driver's transaction around two statements, one that records payments and one that moves the balances, and something to wait for between them, in a pool whose connections are waited for",
    by: ["reconcile: balance-is-sum-of-entries", "reconcile: chain-without-gap"],
    needs: "terminated",
    sql: [
      inFunction(
        "settle_payments_v1",
        "from each_of(accounts_held) where touched",
        "from each_of(accounts_held) where false",
      ),
      { name: "move_money", without: "", sql: MOVE_MONEY },
    ],
    edits: [
      { file: "db/client.ts", find: "SETTLING_CONNECTIONS = 8;", replace: "SETTLING_CONNECTIONS = 1;" },
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
    by: ["S1 once", "S3 same answer"],
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
