/**
 * Planted bugs, each of a kind that such a system is known for: the proving ground is worth something only if it finds
 * them. In the database of one round, or in a copy of the sources that is built for it; never in the product.
 */
import { MUTANTS, type Mutant } from "../../db/testing/mutants.ts";

export type PlantedBug = { name: string; what: string } & (
  | { sql: readonly Mutant[] }
  | { file: string; find: string; replace: string }
);

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

export const PLANTED: readonly PlantedBug[] = [
  {
    name: "key outlives its payment",
    what: "the key is not deleted in the statement that settles",
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
    sql: [inFunction("lock_accounts", "where a.id = wanted for no key update;", "where a.id = wanted;")],
  },
  {
    name: "no order lock",
    what: "orders are read without a lock",
    sql: [inFunction("lock_orders", "where o.id = wanted for no key update;", "where o.id = wanted;")],
  },
  {
    name: "no refund lock",
    what: "refund totals are read without a lock",
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
    sql: [known("accounts-unsorted")],
  },
  {
    name: "decline not recorded",
    what: "a decline is told and not written",
    sql: [known("decline-not-recorded")],
  },
  {
    name: "replay recomputed",
    what: "a replay is told with the time of the replay",
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
    sql: [alwaysAsynchronous("settle_payments_v1"), asynchronous],
  },
  {
    name: "asynchronous revoke",
    what: "a key is called void before its removal is on disk",
    sql: [alwaysAsynchronous("revoke_key_v1"), asynchronous],
  },
  {
    name: "revoke in one snapshot",
    what: "revoking looks at payments as they were before it waited",
    sql: [known("revoke-in-one-snapshot")],
  },
  {
    name: "payments before keys",
    what: "the state of a key is read from payments first, and from keys later",
    sql: [
      inFunction(
        "key_state_v1",
        "select case\n           when exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key) then 'settled'",
        "perform pg_sleep(0.005) where not exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key);\n  select case when (select p.settled_at from payments p where p.user_id = of_user and p.id = asked_key) < statement_timestamp() then 'settled'",
      ),
    ],
  },
  {
    name: "floor before the lock",
    what: "the balance is compared with its floor as it was before the lock, and no constraint helps",
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
    sql: [
      inFunction(
        "key_state_v1",
        "and k.timeline = here)",
        "and k.timeline = here and k.expires_at > clock_timestamp())",
      ),
    ],
  },
  {
    name: "first-entry matching",
    what: "an entry is matched with its key by the key alone, whoever's it is",
    sql: [known("no-own-entry")],
  },
  {
    name: "issue without a look at payments",
    what: "a purpose that was paid gets another key",
    sql: [known("no-purpose-once-in-issue")],
  },
  {
    name: "running order ignored",
    what: "entries of one batch do not see that an earlier one paid the order",
    sql: [known("no-running-order")],
  },
  {
    name: "running refunds ignored",
    what: "entries of one batch do not see what earlier ones refunded",
    sql: [known("no-running-refunds")],
  },
  {
    name: "paid order paid again",
    what: "an order that is paid is not declined",
    sql: [known("no-paid-by")],
  },
  {
    name: "refund without a bound",
    what: "refunds may exceed their payment",
    sql: [known("no-refund-cap")],
  },
  {
    name: "turns of one key ignored",
    what: "two entries of one key in a batch are both executed",
    sql: [known("no-turns")],
  },
  {
    name: "unknown shown as failed",
    what: "what nobody knows is answered as not paid, for good",
    file: "server/http.ts",
    find: "  return problem(name);\n",
    replace:
      '  return { ...problem(name), ...(name !== "internal-error" && { moneyMoved: "no" as const, retry: "never" as const }) };\n',
  },
  {
    name: "coalescing without the payload",
    what: "another payload under the same key shares the first one's answer",
    file: "db/payments/settle.ts",
    find: 'entry.requestHash.toString("base64")',
    replace: '""',
  },
  {
    name: "coalescing without the user",
    what: "somebody else's request with the same key shares the first one's answer",
    file: "db/payments/settle.ts",
    find: "{entry.userId} ",
    replace: '{""} ',
  },
];
