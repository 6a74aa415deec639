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
    find: "left join payments p on p.user_id = e.user_id and p.id = e.key\n     order by",
    replace:
      "left join payments p on p.user_id = e.user_id and p.id = e.key and verdicts[e.ordinality] in ('paid', 'declined')\n     order by",
  },
  {
    name: "no-standby-wait",
    without: "the record that makes answers from reads wait for a standby",
    from: "wait_for_standbys",
    find: "perform pg_logical_emit_message(true, 'once', '');",
    replace: "null;",
  },
];

/** Plants `mutant` in the database behind `owner`. Throws where its code is not found exactly once. */
export async function plant(owner: Owner, mutant: Mutant): Promise<void> {
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
