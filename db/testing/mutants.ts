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
