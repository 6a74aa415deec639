/**
 * Planted bugs: each takes one guarantee's own code away from a database function, in the database of a test run only.
 * A guarantee counts when a test turns red without what gives it; `npm run mutants` shows which.
 */
import type postgres from "postgres";

/** A connection as the role that owns the functions. */
type Owner = Pick<postgres.Sql<{ bigint: bigint }>, "unsafe">;

export type Mutant = {
  name: string;
  /** What is taken away, in words. */
  without: string;
} & (
  | {
      /** The database function it is taken from. */
      from: string;
      find: string;
      replace: string;
    }
  /** What is done as the owner of the tables. */
  | { sql: string }
);

export const MUTANTS: readonly Mutant[] = [
  {
    name: "no-key-lock",
    without: "the lock on the open key",
    from: "lock_keys",
    find: "and k.issued_in = here\n       for update;",
    replace: "and k.issued_in = here;",
  },
  {
    name: "no-paid-by",
    without: "the check that the order is not paid already",
    from: "decline_of",
    find: "when the_order.paid_by is not null then 'order_already_paid'",
    replace: "when false then 'order_already_paid'",
  },
  {
    name: "no-floor",
    without: "the check of the balance's floor",
    from: "decline_of",
    find: "when debit.balance_minor - amount < debit.min_balance_minor then 'insufficient_funds'",
    replace: "when false then 'insufficient_funds'",
  },
  {
    name: "no-replay",
    without: "the answer of duplicates from payments",
    from: "settle_payments_v1",
    find: "where user_id = e.user_id and id = e.key limit 1",
    replace: "where user_id = e.user_id and id = e.key and verdicts[e.ordinality] = 'settled' limit 1",
  },
  {
    name: "no-standby-wait",
    without: "the record that makes answers from reads wait for a standby",
    from: "wait_for_standbys",
    find: "perform pg_logical_emit_message(true, 'once', '');",
    replace: "null;",
  },
  {
    name: "settled-unwaited",
    without: "the wait for a standby before issuing says settled where it deleted no key",
    from: "issue_key_v1",
    find: "perform wait_for_standbys();",
    replace: "null;",
  },
  {
    name: "declined-key-handed-out",
    without: "the look whether a key that is found has been declined before it was revived",
    from: "issue_key_v1",
    find: "if not exists (select 1 from payments p where p.user_id = for_user and p.id = open_key) then",
    replace: "if true then",
  },
  {
    name: "old-keys-take-room",
    without: "the database in the count of open keys",
    from: "issue_key_v1",
    find: "and k.issued_in = here limit",
    replace: "limit",
  },
  {
    name: "orders-end-twice",
    without: "the guard of how an order begins and ends",
    sql: "alter table orders disable trigger user",
  },
  {
    name: "no-own-entry",
    without: "the user in the match of an entry and its key",
    from: "settle_payments_v1",
    find: "on h.user_id = e.user_id and h.key = e.key",
    replace: "on h.key = e.key",
  },
  {
    name: "no-turns",
    without: "the turns that entries of one key take",
    from: "settle_payments_v1",
    find: "if key_done[key_at[i]] then",
    replace: "if false then",
  },
  {
    name: "no-running-balance",
    without: "what earlier entries of the batch did to a balance",
    from: "decline_of",
    find: "when debit.balance_minor - amount <",
    replace: "when (select a.balance_minor from ledger_accounts a where a.id = debit.id) - amount <",
  },
  {
    name: "no-running-order",
    without: "what earlier entries of the batch did to an order",
    from: "settle_payments_v1",
    find: "orders_held[order_at[i]] := the_order;",
    replace: "null;",
  },
  {
    name: "no-running-refunds",
    without: "what earlier entries of the batch did to a refund total",
    from: "settle_payments_v1",
    find: "refunds_held[refund_at[i]] := the_refund;",
    replace: "null;",
  },
  {
    name: "no-running-day",
    without: "what earlier entries of the batch took out today",
    from: "settle_payments_v1",
    find: "debit.day_out_minor := debit.day_out_minor + amount;",
    replace: "null;",
  },
  {
    name: "no-refund-cap",
    without: "the bound of refunds by their payment",
    from: "decline_of",
    find: "or amount > the_refund.amount_minor - the_refund.refunded_minor",
    replace: "",
  },
  {
    name: "no-guard",
    without: "the guard against malformed entries",
    from: "refusal_of",
    find: "when entry.currency is null or entry.currency !~ '^[A-Z]{3}$' or entry.renderer is null",
    replace: "when entry.renderer is null",
  },
  {
    name: "no-overflow",
    without: "the guard against overflow",
    from: "refusal_of",
    find: "when credit.balance_minor > 9223372036854775807 - amount",
    replace: "when false",
  },
  {
    name: "no-purpose-once-in-settle",
    without: "the look whether the purpose has been paid under another key",
    from: "settle_payments_v1",
    find: "and p.status = 'succeeded'\n             limit 1)",
    replace: "and false\n             limit 1)",
  },
  {
    name: "no-purpose-once-in-issue",
    without: "the look whether the purpose has been paid already",
    from: "issue_key_v1",
    find: "and p.status = 'succeeded';",
    replace: "and false;",
  },
  {
    name: "issue-in-one-snapshot",
    without: "the later statement in which issuing looks at payments",
    from: "issue_key_v1",
    find: "and p.status = 'succeeded';",
    replace: "and p.status = 'succeeded' and p.settled_at < statement_timestamp();",
  },
  {
    name: "revoke-in-one-snapshot",
    without: "the later statement in which revoking looks at payments",
    from: "revoke_key_v1",
    find: "and p.id = revoked_key",
    replace: "and p.id = revoked_key and p.settled_at < statement_timestamp()",
  },
  {
    name: "limit-before-lock",
    without: "the lock under which the daily limit is read",
    from: "lock_accounts",
    find: "a.day_out_minor, a.day_limit_minor",
    replace: "(select b.day_out_minor from ledger_accounts b where b.id = a.id), a.day_limit_minor",
  },
  {
    name: "day-before-locks",
    without: "the locks under which it is asked which day it is",
    from: "settle_payments_v1",
    find: "today := (settled_now at time zone 'UTC')::date;",
    replace: "today := (statement_timestamp() at time zone 'UTC')::date;",
  },
  {
    name: "days-to-come-count",
    without: "the count of a day anew where the account's row counts one that is to come",
    from: "settle_payments_v1",
    find: "continue when accounts_held[i].day is not distinct from today;",
    replace: "continue when accounts_held[i].day >= today;",
  },
  {
    name: "days-to-come-free",
    without: "the payments of a day that the account's row does not count",
    from: "day_out_of",
    find: "account.day > of_day and",
    replace: "false and",
  },
  {
    name: "day-goes-back",
    without: "the day that an account's row keeps where the clock was set back",
    from: "settle_payments_v1",
    find: "day = greatest(a.day, today)",
    replace: "day = today",
  },
  {
    name: "keys-unsorted",
    without: "the order in which keys are locked",
    from: "lock_keys",
    find: "order by 1, 2",
    replace: "order by 1 desc, 2 desc",
  },
  {
    name: "accounts-unsorted",
    without: "the order in which accounts are locked",
    from: "lock_accounts",
    find: "select distinct id from unnest(ids) id where id is not null order by 1",
    replace:
      "select id from unnest(ids) with ordinality t (id, n) where id is not null group by id order by min(n)",
  },
  {
    name: "no-synchronous-commit",
    without: "the synchronous commit that deciding about a key enforces",
    from: "assert_decisive",
    find: "perform set_config('synchronous_commit', 'on', true);",
    replace: "null;",
  },
  {
    name: "no-isolation-check",
    without: "the refusal of other isolation levels",
    from: "assert_decisive",
    find: "<> 'read committed'",
    replace: "= 'no such level'",
  },
  {
    name: "revived-key-executes",
    without: "the look whether a payment exists under the key already",
    from: "settle_payments_v1",
    find: "where p.user_id = h.user_id and p.id = h.key limit 1",
    replace: "where false limit 1",
  },
  {
    name: "any-database",
    without: "the check that the key was issued in this database",
    from: "lock_keys",
    find: "and k.issued_in = here",
    replace: "",
  },
  ...[
    "settle_payments_v1",
    "issue_key_v1",
    "revoke_key_v1",
    "key_state_v1",
    "reap_keys_v1",
    "seal_transfers_v1",
    "cancel_order_v1",
    "commit_synchronously",
  ].map((name) => ({
    name: `undecisive-${name.split("_")[0]}`,
    without: `the isolation level and the synchronous commit that ${name} demands`,
    from: name,
    find: "perform assert_decisive();",
    replace: "null;",
  })),
  {
    name: "refusal-consumes-key",
    without: "the open key that a refusal leaves",
    from: "settle_payments_v1",
    find: "verdicts[i] := 'refused';",
    replace: "verdicts[i] := 'refused';\n      key_done[key_at[i]] := true;",
  },
  {
    name: "decline-not-recorded",
    without: "the record of declines",
    from: "settle_payments_v1",
    find: "from unnest(outcomes) o;",
    replace: "from unnest(outcomes) o where o.status = 'succeeded';",
  },
  {
    name: "clone-is-original",
    without: "the database's own id in its identity",
    from: "database_identity",
    find: "d.oid, ",
    replace: "",
  },
  {
    name: "restored-over-is-original",
    without: "the table of keys in the identity of its database",
    from: "database_identity",
    find: "pg_catalog.to_regclass('public.idempotency_keys')::oid,",
    replace: "",
  },
  {
    name: "any-database-in-issue",
    without: "the check that a found key was issued in this database",
    from: "issue_key_v1",
    find: "and k.issued_in = here\n    returning",
    replace: "returning",
  },
  {
    name: "any-database-in-state",
    without: "the check that a key that is called open was issued in this database",
    from: "key_state_v1",
    find: "and k.issued_in = here",
    replace: "",
  },
  {
    name: "no-grants",
    without: "the grants that keep the application from writing money",
    sql: "grant insert, update, delete on payments, ledger_transfers, ledger_accounts, refund_totals to once_app",
  },
  {
    name: "no-triggers",
    without: "the triggers that keep everybody from changing what was written",
    sql: "alter table payments disable trigger user; alter table ledger_transfers disable trigger user",
  },
  {
    name: "no-turns-of-sealers",
    without: "the lock that makes sealers take turns",
    from: "seal_transfers_v1",
    find: "where h.id = 1 for update;",
    replace: "where h.id = 1;",
  },
  {
    name: "no-horizon",
    without: "waiting for older transactions that still run",
    from: "seal_transfers_v1",
    find: "pg_snapshot_xmin(",
    replace: "pg_snapshot_xmax(",
  },
  {
    name: "no-rest-of-a-step",
    without: "coming back for what a step's limit left of a transaction",
    from: "seal_transfers_v1",
    find: "if taken < rows_max then",
    replace: "if true then",
  },
  {
    name: "no-new-numbering",
    without: "the step that takes over a restored dump",
    from: "seal_transfers_v1",
    find: "restored := head.system_identifier <> here or head.sealed_below >",
    replace: "restored := false and head.sealed_below >",
  },
];

/** Plants `mutant` in the database behind `owner`. Throws where its code is not found exactly once. */
export async function plant(owner: Owner, mutant: Mutant): Promise<void> {
  if ("sql" in mutant) {
    await owner.unsafe(mutant.sql);
    return;
  }
  const [row] = await owner.unsafe<{ definition: string }[]>(
    "select pg_get_functiondef(oid) as definition from pg_proc where proname = $1",
    [mutant.from],
  );
  const parts = row?.definition.split(mutant.find) ?? [];
  if (parts.length !== 2) {
    throw new Error(
      `Mutant ${mutant.name}: its code stands ${parts.length - 1} times in ${mutant.from}, not once.`,
    );
  }
  await owner.unsafe(parts.join(mutant.replace));
}

/** Plants the mutant that ONCE_MUTANT names, if it names one. */
export async function plantFromEnvironment(owner: Owner): Promise<void> {
  const name = process.env.ONCE_MUTANT;
  if (!name) return;
  const mutant = MUTANTS.find((candidate) => candidate.name === name);
  if (!mutant) throw new Error(`There is no mutant called ${name}.`);
  await plant(owner, mutant);
}
