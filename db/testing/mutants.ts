/**
 * Planted bugs: each takes one guarantee's own code away from a database function, in the database of a test run only.
 * A guarantee counts when a test turns red without what gives it; `npm run mutants` shows which.
 */
import type postgres from "postgres";

export type Mutant = {
  name: string;
  /** What is taken away, in words. */
  without: string;
  /** The database function it is taken from. */
  from: string;
  find: string;
  replace: string;
};

export const MUTANTS: readonly Mutant[] = [
  {
    name: "no-key-lock",
    without: "the lock on the open key",
    from: "settle_payments_v1",
    find: "and k.timeline = here\n       for update;",
    replace: "and k.timeline = here;",
  },
  {
    name: "no-paid-by",
    without: "the check that the order is not paid already",
    from: "settle_payments_v1",
    find: "when the_order.paid_by is not null then 'order_already_paid'",
    replace: "when false then 'order_already_paid'",
  },
  {
    name: "no-floor",
    without: "the check of the balance's floor",
    from: "settle_payments_v1",
    find: "when debit.balance_minor - amount < debit.min_balance_minor then 'insufficient_funds'",
    replace: "when false then 'insufficient_funds'",
  },
  {
    name: "no-replay",
    without: "the answer of duplicates from payments",
    from: "settle_payments_v1",
    find: "left join payments p on p.user_id = e.user_id and p.id = e.key\n     order by",
    replace:
      "left join payments p on p.user_id = e.user_id and p.id = e.key and verdicts[e.ordinality] in ('paid', 'declined')\n     order by",
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
    from: "settle_payments_v1",
    find: "when debit.balance_minor - amount <",
    replace: "when (select a.balance_minor from ledger_accounts a where a.id = debit.id) - amount <",
  },
  {
    name: "no-running-order",
    without: "what earlier entries of the batch did to an order",
    from: "settle_payments_v1",
    find: "orders_locked[order_at[i]] := the_order;",
    replace: "null;",
  },
  {
    name: "no-running-refunds",
    without: "what earlier entries of the batch did to a refund total",
    from: "settle_payments_v1",
    find: "refunds_locked[refund_at[i]] := the_refund;",
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
    from: "settle_payments_v1",
    find: "or amount > the_refund.amount_minor - the_refund.refunded_minor",
    replace: "",
  },
  {
    name: "no-guard",
    without: "the guard against malformed entries",
    from: "settle_payments_v1",
    find: "when entry.currency is null or octet_length(entry.request_hash) is distinct from 32",
    replace: "when false",
  },
  {
    name: "no-overflow",
    without: "the guard against overflow",
    from: "settle_payments_v1",
    find: "when credit.balance_minor > max_minor - amount",
    replace: "when false",
  },
  {
    name: "no-purpose-once-in-settle",
    without: "the look whether the purpose has been paid under another key",
    from: "settle_payments_v1",
    find: "and p.status = 'succeeded');",
    replace: "and false);",
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
    from: "settle_payments_v1",
    find: "case when a.day >= today then a.day_out_minor else 0 end",
    replace:
      "(select case when b.day >= today then b.day_out_minor else 0 end from ledger_accounts b where b.id = a.id)",
  },
  {
    name: "keys-unsorted",
    without: "the order in which keys are locked",
    from: "settle_payments_v1",
    find: "order by 1, 2",
    replace: "order by 1 desc, 2 desc",
  },
  {
    name: "accounts-unsorted",
    without: "the order in which accounts are locked",
    from: "settle_payments_v1",
    find: "where q.id is not null order by 1",
    replace:
      "where q.id is not null order by (select min(e.ordinality) from unnest(entries) with ordinality e where q.id in (e.debit_account_id, e.credit_account_id))",
  },
];

/** Plants `mutant` in the database behind `owner`. Throws where its code is not found exactly once. */
export async function plant(owner: postgres.Sql, mutant: Mutant): Promise<void> {
  const [row] = await owner<{ definition: string }[]>`
    select pg_get_functiondef(oid) as definition from pg_proc where proname = ${mutant.from}`;
  const parts = row?.definition.split(mutant.find) ?? [];
  if (parts.length !== 2) {
    throw new Error(
      `Mutant ${mutant.name}: its code stands ${parts.length - 1} times in ${mutant.from}, not once.`,
    );
  }
  await owner.unsafe(parts.join(mutant.replace));
}

/** Plants the mutant that ONCE_MUTANT names, if it names one. */
export async function plantFromEnvironment(owner: postgres.Sql): Promise<void> {
  const name = process.env.ONCE_MUTANT;
  if (!name) return;
  const mutant = MUTANTS.find((candidate) => candidate.name === name);
  if (!mutant) throw new Error(`There is no mutant called ${name}.`);
  await plant(owner, mutant);
}
