/** Planted bugs of the database's functions and constraints. */
import type { DatabaseChange } from "../../../db/testing/mutants/mutant.ts";
import { mutantNamed } from "../../../db/testing/mutants/mutants.ts";
import type { PlantedBug } from "./planted-bug.ts";

/** A change of the database function `from`. */
function inFunction(from: string, find: string, replace: string): DatabaseChange {
  return { from, find, replace };
}

/** Constraints catch what code forgets: a bug planted behind one takes it away as well. */
function withoutConstraint(table: string, constraint: string): DatabaseChange {
  return { sql: `alter table ${table} drop constraint ${constraint}` };
}
const withoutPurposeIndex: DatabaseChange = { sql: "drop index payments_purpose_once" };

const asynchronous = mutantNamed("no-synchronous-commit");
const alwaysAsynchronous = (name: string): DatabaseChange =>
  inFunction(name, "perform assert_decisive();", "perform set_config('synchronous_commit', 'off', true);");

/** Its trigger stops an order from being paid twice where its lock does not. */
const ordersMayEndTwice = mutantNamed("orders-end-twice");
/** Two payments may stand under one key, and two transfers under one payment. */
const keysMayPayTwice: readonly DatabaseChange[] = [
  withoutConstraint("payments", "payments_pkey"),
  withoutConstraint("ledger_transfers", "ledger_transfers_pkey"),
  withoutPurposeIndex,
];

export const DATABASE_BUGS: readonly PlantedBug[] = [
  {
    name: "key outlives its payment",
    what: "the key is not deleted in the statement that settles",
    detectedBy: ["reconcile: key-not-open-and-settled"],
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
    detectedBy: [
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
    detectedBy: ["reconcile: order-paid-once"],
    sql: [
      inFunction("lock_orders", "where o.id = wanted for no key update;", "where o.id = wanted;"),
      ordersMayEndTwice,
    ],
  },
  {
    name: "no refund lock",
    what: "refund totals are read without a lock",
    detectedBy: ["reconcile: refunds-within-payment"],
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
    detectedBy: ["reconcile: purpose-paid-once", "purpose once"],
    sql: [
      withoutConstraint("idempotency_keys", "idempotency_keys_purpose_unique"),
      withoutPurposeIndex,
      inFunction("issue_key_v1", "on conflict (user_id, kind, purpose_id) do nothing", ""),
      inFunction("issue_new_keys_v1", "on conflict (user_id, kind, purpose_id) do nothing", ""),
      mutantNamed("no-purpose-once-in-settle"),
    ],
  },
  {
    name: "unsorted locks",
    what: "accounts are locked in the order they come in",
    detectedBy: ["locks in order"],
    sql: [mutantNamed("accounts-unsorted")],
  },
  {
    name: "decline not recorded",
    what: "a decline is told and not kept",
    detectedBy: ["S4 kept"],
    sql: [
      mutantNamed("no-triggers"),
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
    detectedBy: ["S3 same answer"],
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
    detectedBy: ["S4 kept", "S1 once", "purpose once", "real-time order"],
    trigger: "answered",
    sql: [alwaysAsynchronous("settle_payments_v1"), asynchronous],
  },
  {
    name: "asynchronous revoke",
    what: "a key is called void before its removal is on disk",
    detectedBy: ["S6 final no"],
    trigger: "revoked",
    sql: [alwaysAsynchronous("revoke_key_v1"), asynchronous],
  },
  {
    name: "revoke in one snapshot",
    what: "revoking looks at payments as they were before it waited",
    detectedBy: ["S6 final no"],
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
    detectedBy: ["S6 final no"],
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
    detectedBy: ["declines justified", "reconcile: floor"],
    sql: [
      withoutConstraint("ledger_accounts", "ledger_accounts_floor"),
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
    detectedBy: ["S6 final no"],
    trigger: "reaped",
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
    detectedBy: ["S1 once"],
    sql: [mutantNamed("no-own-entry")],
  },
  {
    name: "issue without a look at payments",
    what: "a purpose that was paid gets another key",
    detectedBy: ["purpose once"],
    sql: [mutantNamed("no-purpose-once-in-issue")],
  },
  {
    name: "running order ignored",
    what: "entries of one batch do not see that an earlier one paid the order",
    detectedBy: ["reconcile: order-paid-once"],
    sql: [mutantNamed("no-running-order")],
  },
  {
    name: "running refunds ignored",
    what: "entries of one batch do not see what earlier ones refunded",
    detectedBy: ["reconcile: refunds-within-payment"],
    sql: [mutantNamed("no-running-refunds")],
  },
  {
    name: "paid order paid again",
    what: "an order that is paid is not declined",
    detectedBy: ["reconcile: order-paid-once"],
    sql: [mutantNamed("no-paid-by"), ordersMayEndTwice],
  },
  {
    name: "refund without a bound",
    what: "refunds may exceed their payment",
    detectedBy: ["reconcile: refunds-within-payment"],
    sql: [mutantNamed("no-refund-cap")],
  },
  {
    name: "turns of one key ignored",
    what: "two entries of one key in a batch are both executed",
    detectedBy: ["S1 once", "reconcile: id-once"],
    sql: [mutantNamed("no-turns"), ...keysMayPayTwice],
  },
];
