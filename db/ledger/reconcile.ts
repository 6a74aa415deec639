/**
 * Reconciliation: published SQL that returns the rows where the books are wrong, and none where they are right. Each
 * check reads the tables as they are and trusts no other check.
 */
import type postgres from "postgres";

export type Check = { name: string; meaning: string; sql: string };
export type Finding = { check: string; rows: Record<string, unknown>[] };

/** Enough rows to see what is wrong; a broken table must not fill a terminal. */
const ROWS_SHOWN_MAX = 50;

export const CHECKS: readonly Check[] = [
  {
    name: "conservation",
    meaning: "Money is neither made nor lost: all balances of a currency add up to zero.",
    sql: `
      select currency, sum(balance_minor) as sum_minor from ledger_accounts
       group by currency having sum(balance_minor) <> 0`,
  },
  {
    name: "balance-is-sum-of-entries",
    meaning: "An account's balance is what its entries add up to, and its version how many there are.",
    sql: `
      select a.id as account_id, a.balance_minor, a.version, e.sum_minor, e.entries
        from ledger_accounts a
        left join (select account_id, sum(amount_minor) as sum_minor, count(*) as entries
                     from ledger_entries group by account_id) e on e.account_id = a.id
       where a.balance_minor <> coalesce(e.sum_minor, 0) or a.version <> coalesce(e.entries, 0)`,
  },
  {
    name: "chain-without-gap",
    meaning:
      "An account's entries carry the versions 1, 2, 3 and so on, and each balance follows from the one before.",
    sql: `
      select account_id, version, transfer_id, balance_minor, amount_minor, expected_version, previous_minor
        from (select account_id, version, transfer_id, balance_minor, amount_minor,
                     row_number() over w as expected_version,
                     coalesce(lag(balance_minor) over w, 0) as previous_minor
                from ledger_entries window w as (partition by account_id order by version)) chain
       where version <> expected_version or balance_minor <> previous_minor + amount_minor`,
  },
  {
    name: "floor",
    meaning: "No account is below its floor.",
    sql: "select id as account_id, balance_minor, min_balance_minor from ledger_accounts where balance_minor < min_balance_minor",
  },
  {
    name: "accounts-exist",
    meaning: "Both sides of every transfer are accounts, of the transfer's currency.",
    sql: `
      select t.id as transfer_id, t.debit_account_id, t.credit_account_id, t.currency
        from ledger_transfers t
        left join ledger_accounts d on d.id = t.debit_account_id
        left join ledger_accounts c on c.id = t.credit_account_id
       where d.currency is distinct from t.currency or c.currency is distinct from t.currency`,
  },
  {
    name: "succeeded-has-its-transfer",
    meaning:
      "A payment succeeded exactly where a transfer moved its amount between its accounts; a decline moved nothing.",
    sql: `
      select p.id as payment_id, t.id as transfer_id, p.status, p.amount_minor, t.amount_minor as transferred_minor
        from payments p full join ledger_transfers t on t.id = p.id
       where (coalesce(p.status, '') = 'succeeded') <> (t.id is not null)
          or (p.id is not null and t.id is not null
              and (p.amount_minor, p.currency, p.payer_account_id, p.payee_account_id)
                  is distinct from (t.amount_minor, t.currency, t.debit_account_id, t.credit_account_id))`,
  },
  {
    name: "funding-by-the-house",
    meaning:
      "What an operator put in or took out moved between the house account of its currency and somebody's, and nothing else but a top-up and an adjustment did.",
    sql: `
      select p.id as payment_id, p.kind, d.owner_id as payer_id, c.owner_id as payee_id
        from payments p
        left join ledger_accounts d on d.id = p.payer_account_id
        left join ledger_accounts c on c.id = p.payee_account_id
       where p.status = 'succeeded'
         and case p.kind
               when 'funding' then (d.owner_id is null) = (c.owner_id is null)
                 or not exists (select 1 from currencies u where u.code = p.currency
                                   and u.house_account_id in (p.payer_account_id, p.payee_account_id))
               when 'top-up' then d.owner_id is not null or c.owner_id is null
               when 'adjustment' then d.id is null or c.id is null
               else d.owner_id is null or c.owner_id is null end`,
  },
  {
    name: "funding-audited",
    meaning:
      "Every funding has its row in the audit log, by who asked for it, and no such row is without its funding.",
    sql: `
      select coalesce(p.id, l.id) as payment_id, p.user_id, l.actor_id
        from (select * from payments where kind = 'funding') p
        full join (select * from audit_log where action = 'fund') l on l.id = p.id
       where (p.user_id, p.note, p.amount_minor::text) is distinct from (l.actor_id, l.reason, l.after ->> 'amountMinor')`,
  },
  {
    name: "refund-by-operator-audited",
    meaning:
      "What the audit log tells of a refund by an operator is a refund of that payment, of that amount and for that reason, by somebody else than whom it is between.",
    sql: `
      select l.id as refund_id, l.subject_id as payment_id, l.actor_id
        from audit_log l
        left join payments p on p.id = l.id
        left join ledger_accounts d on d.id = p.payer_account_id
        left join ledger_accounts c on c.id = p.payee_account_id
       where l.action = 'refund'
         and ((p.kind, p.subject_id::text, p.amount_minor::text, p.note, p.decline_code)
                is distinct from ('refund', l.subject_id, l.after ->> 'amountMinor', l.reason, l.after ->> 'decline')
              or l.actor_id in (d.owner_id, c.owner_id))`,
  },
  {
    name: "adjustment-by-two",
    meaning:
      "Every adjustment is what one operator asked for and another approved, who both own neither account; the audit log tells of both, and no approved request is without its payment.",
    sql: `
      select coalesce(p.id, a.payment_id, l.id) as payment_id, a.id as adjustment_id, a.asked_by, a.ended_by, l.actor_id
        from (select * from payments where kind = 'adjustment') p
        full join (select * from ledger_adjustments where state in ('done', 'declined')) a on a.payment_id = p.id
        full join (select * from audit_log where action = 'adjustment-approve') l on l.id = coalesce(p.id, a.payment_id)
        left join audit_log asked on asked.id = a.id and asked.action = 'adjustment-ask'
        left join ledger_accounts d on d.id = p.payer_account_id
        left join ledger_accounts c on c.id = p.payee_account_id
       where (p.purpose_id, p.user_id, p.payer_account_id, p.payee_account_id, p.amount_minor, p.currency, p.note)
               is distinct from (a.id, a.asked_by, a.debit_account_id, a.credit_account_id, a.amount_minor, a.currency, a.reason)
          or (p.status = 'succeeded') is distinct from (a.state = 'done')
          or a.asked_by = a.ended_by or a.ended_by is distinct from l.actor_id or asked.actor_id is distinct from a.asked_by
          or l.subject_id is distinct from a.id::text or l.after ->> 'amountMinor' is distinct from p.amount_minor::text
          or d.owner_id in (a.asked_by, a.ended_by) or c.owner_id in (a.asked_by, a.ended_by)`,
  },
  {
    name: "id-once",
    meaning: "No two payments share an id, whoever asked for them.",
    sql: "select id as payment_id, count(*) as payments from payments group by id having count(*) > 1",
  },
  {
    name: "order-paid-once",
    meaning: "An order has one successful payment at most, and it is the one that the order names.",
    sql: `
      select o.id as order_id, o.paid_by, count(p.id) as payments, array_agg(p.id) as payment_ids
        from orders o left join payments p on p.kind = 'order' and p.purpose_id = o.id and p.status = 'succeeded'
       group by o.id, o.paid_by
      having count(p.id) > 1 or (o.paid_by is null) <> (count(p.id) = 0)
          or (o.paid_by is not null and not o.paid_by = any(array_agg(p.id)))`,
  },
  {
    name: "order-paid-in-full",
    meaning: "A successful payment of an order is its total, in its currency, to its merchant.",
    sql: `
      select p.id as payment_id, p.purpose_id as order_id
        from payments p left join orders o on o.id = p.purpose_id
       where p.kind = 'order' and p.status = 'succeeded'
         and (o.total_minor, o.currency, o.merchant_account_id)
             is distinct from (p.amount_minor, p.currency, p.payee_account_id)`,
  },
  {
    name: "purpose-paid-once",
    meaning: "A purpose has one successful payment per user at most.",
    sql: `
      select user_id, kind, purpose_id, count(*) as payments from payments
       where status = 'succeeded' group by user_id, kind, purpose_id having count(*) > 1`,
  },
  {
    name: "refunds-within-payment",
    meaning: "Refunds of a payment add up to its refund total, which is no more than the payment.",
    sql: `
      select coalesce(r.payment_id, t.payment_id) as payment_id, r.sum_minor, t.refunded_minor, p.amount_minor
        from (select subject_id as payment_id, sum(amount_minor) as sum_minor from payments
               where kind = 'refund' and status = 'succeeded' group by subject_id) r
        full join refund_totals t on t.payment_id = r.payment_id
        left join payments p on p.id = coalesce(r.payment_id, t.payment_id) and p.status = 'succeeded'
       where coalesce(r.sum_minor, 0) <> coalesce(t.refunded_minor, 0)
          or p.id is null or coalesce(r.sum_minor, 0) > p.amount_minor`,
  },
  {
    name: "key-not-open-and-settled",
    meaning: "A key that has an outcome is not open, and no purpose that was paid has an open key.",
    sql: `
      select k.user_id, k.key, p.id as payment_id
        from idempotency_keys k
        join payments p on p.user_id = k.user_id
         and (p.id = k.key or (p.kind = k.kind and p.purpose_id = k.purpose_id and p.status = 'succeeded'))`,
  },
  {
    // A dump that is loaded with --disable-triggers weakens them: findings/pg-restore-weakens-always-triggers.sh.
    name: "written-once",
    meaning:
      "Triggers keep everybody, also who replays changes, from altering or removing what is written once.",
    sql: `
      select wanted.of_table, wanted.name as trigger, t.tgenabled as enabled
        from (values ('payments', 'payments_append_only'), ('payments', 'payments_no_truncate'),
                     ('ledger_transfers', 'ledger_transfers_append_only'),
                     ('ledger_transfers', 'ledger_transfers_no_truncate'),
                     ('audit_log', 'audit_log_append_only'), ('audit_log', 'audit_log_no_truncate'),
                     ('ledger_adjustments', 'ledger_adjustments_end_once'),
                     ('ledger_adjustments', 'ledger_adjustments_stay'),
                     ('ledger_adjustments', 'ledger_adjustments_no_truncate'),
                     ('ledger_seals', 'ledger_seals_append_only'), ('ledger_seals', 'ledger_seals_no_truncate'),
                     ('ledger_seal_head', 'ledger_seal_head_stays'),
                     ('ledger_seal_head', 'ledger_seal_head_no_truncate')) wanted (of_table, name)
        left join pg_trigger t on t.tgrelid = to_regclass('public.' || wanted.of_table) and t.tgname = wanted.name
       where t.tgenabled is distinct from 'A'`,
  },
  {
    name: "journal-unaltered",
    meaning:
      "No transfer or payment was altered, removed or slipped in since it was sealed; else the first such row.",
    sql: "select * from verify_seals_v1()",
  },
];

/** Runs every check on one connection and returns those that found something. An empty answer: the books are right. */
export async function reconcile(sql: Pick<postgres.Sql, "unsafe">): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of CHECKS) {
    // Planned for all of its rows: for the first fifty the planner may look payments up order by order, which in a million finds
    // none of them in minutes, where reading both tables once takes seconds.
    const rows = await sql.unsafe(
      `with found as materialized (${check.sql}\n) select * from found limit ${ROWS_SHOWN_MAX}`,
    );
    if (rows.length > 0) findings.push({ check: check.name, rows: rows.map((row) => ({ ...row })) });
  }
  return findings;
}
