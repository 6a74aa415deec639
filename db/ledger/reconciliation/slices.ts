/**
 * The checks of `../reconcile.ts`, in slices: over all the books, and over what was sealed since a run before. What each means, and
 * its whole SQL, stands there.
 *
 * A look-up beside a row of a slice is `lateral (… offset 0)` or `limit 1`: without that, Postgres may join the whole other
 * table for a few hundred rows.
 */
import { CHECKS, type Check } from "../reconcile.ts";
import type { Inspection } from "./inspection.ts";
import {
  type AccountSlices,
  type Ids,
  JOURNAL_START,
  type Seal,
  walkAccounts,
  walkIds,
  walkJournal,
  walkSeals,
} from "./walks.ts";

/** What an incremental run looks at: the seals after `from`, up to `to`. */
export type Range = { from: Seal; to: Seal };

export type SlicedCheck = {
  full(inspection: Inspection): Promise<void>;
  incremental(inspection: Inspection, range: Range): Promise<void>;
};

const PAYMENTS: Ids = { table: "payments", column: "id" };
const AUDIT_LOG: Ids = { table: "audit_log", column: "id" };
const TRANSFERS: Ids = { table: "ledger_transfers", column: "id" };

/** How a row source reads in a slice of ids, and in a slice of seals. */
const ROWS = {
  payments: {
    ids: "(select * from payments where id between $1 and $2)",
    seals: `(select p.* from ledger_seals s
               cross join lateral (select * from payments where id = s.transfer_id offset 0) p
              where s.position between $1 and $2)`,
  },
  transfers: {
    ids: "(select * from ledger_transfers where id between $1 and $2)",
    seals: `(select t.* from ledger_seals s
               cross join lateral (select * from ledger_transfers where id = s.transfer_id offset 0) t
              where s.position between $1 and $2)`,
  },
  accounts: {
    ids: "(select * from ledger_accounts where id between $1 and $2)",
    seals: `(select a.* from (
               select distinct side.account_id
                 from ledger_seals s
                cross join lateral (select * from ledger_transfers where id = s.transfer_id offset 0) t
                cross join lateral (values (t.debit_account_id), (t.credit_account_id)) side (account_id)
                where s.position between $1 and $2) touched
              cross join lateral (select * from ledger_accounts where id = touched.account_id offset 0) a)`,
  },
} as const;

/** A check of single rows of one table: the same statement for a slice of ids and for a slice of seals. */
function byRows(source: keyof typeof ROWS, ids: Ids, text: (rows: string) => string): SlicedCheck {
  return {
    full: (inspection) => walkIds(inspection, [ids], text(ROWS[source].ids)),
    incremental: (inspection, { from, to }) =>
      walkSeals(inspection, from.position, to.position, text(ROWS[source].seals)),
  };
}

/** A check that is one statement. */
function whole({ sql }: Pick<Check, "sql">): SlicedCheck {
  return {
    full: (inspection) => inspection.find(sql, []),
    incremental: (inspection) => inspection.find(sql, []),
  };
}

const sumOf: AccountSlices = {
  accounts: `
    select a.id as account_id, a.balance_minor, a.version, e.sum_minor, e.entries
      from ledger_accounts a
      cross join lateral (select coalesce(sum(amount_minor), 0) as sum_minor, count(*) as entries
                            from ledger_entries where account_id = a.id offset 0) e
     where a.id between $1 and $2 and (a.balance_minor <> e.sum_minor or a.version <> e.entries)`,
  async part(inspection, accountId, after, upTo, carried) {
    if (upTo === null) {
      // The account and what it has on top of what was added up, in one snapshot.
      await inspection.find(
        `select a.id as account_id, a.balance_minor, a.version, e.sum_minor + $3 as sum_minor, e.entries + $4 as entries
           from ledger_accounts a
           cross join lateral (select coalesce(sum(amount_minor), 0) as sum_minor, count(*) as entries
                                 from ledger_entries where account_id = a.id and version > $2 offset 0) e
          where a.id = $1 and (a.balance_minor <> e.sum_minor + $3 or a.version <> e.entries + $4)`,
        [accountId, after.toString(), carried.sumMinor.toString(), carried.entries.toString()],
      );
      return carried;
    }
    const [part] = await inspection.read<{ sumMinor: string; entries: bigint }>(
      `select coalesce(sum(amount_minor), 0)::text as sum_minor, count(*) as entries
         from ledger_entries where account_id = $1 and version > $2 and version <= $3`,
      [accountId, after.toString(), upTo.toString()],
    );
    if (!part) throw new Error("Bug: a sum without a row.");
    return { sumMinor: carried.sumMinor + BigInt(part.sumMinor), entries: carried.entries + part.entries };
  },
};

const chainOf: AccountSlices = {
  accounts: `
    select chain.*
      from ledger_accounts a
      cross join lateral (
        select account_id, version, transfer_id, balance_minor, amount_minor,
               row_number() over w as expected_version, coalesce(lag(balance_minor) over w, 0) as previous_minor
          from ledger_entries where account_id = a.id window w as (order by version)) chain
     where a.id between $1 and $2
       and (chain.version <> chain.expected_version or chain.balance_minor <> chain.previous_minor + chain.amount_minor)`,
  async part(inspection, accountId, after, upTo, carried) {
    await inspection.find(
      `select * from (
         select account_id, version, transfer_id, balance_minor, amount_minor,
                $2 + row_number() over w as expected_version,
                coalesce(lag(balance_minor) over w,
                         (select balance_minor from ledger_entries where account_id = $1 and version = $2 limit 1),
                         0) as previous_minor
           from ledger_entries
          where account_id = $1 and version > $2 and ($3::bigint is null or version <= $3)
         window w as (order by version)) chain
        where version <> expected_version or balance_minor <> previous_minor + amount_minor`,
      [accountId, after.toString(), upTo?.toString() ?? null],
    );
    return carried;
  },
};

/** A payment and a transfer, either of which may be missing, that do not tell of the same movement. */
const NOT_THE_SAME_MOVEMENT = `
  (coalesce(p.status, '') = 'succeeded') <> (t.id is not null)
     or (p.id is not null and t.id is not null
         and (p.amount_minor, p.currency, p.payer_account_id, p.payee_account_id)
             is distinct from (t.amount_minor, t.currency, t.debit_account_id, t.credit_account_id))`;

const NOT_AUDITED =
  "(p.user_id, p.note, p.amount_minor::text) is distinct from (l.actor_id, l.reason, l.after ->> 'amountMinor')";

const REFUNDED_OTHERWISE = `
  select named.id as payment_id, r.sum_minor, t.refunded_minor, p.amount_minor
    from named
    cross join lateral (select sum(amount_minor) as sum_minor from payments
                         where subject_id = named.id and kind = 'refund' and status = 'succeeded' offset 0) r
    left join lateral (select * from refund_totals where payment_id = named.id offset 0) t on true
    left join lateral (select * from payments where id = named.id and status = 'succeeded' offset 0) p on true
   where (r.sum_minor is not null or t.payment_id is not null)
     and (coalesce(r.sum_minor, 0) <> coalesce(t.refunded_minor, 0)
          or p.id is null or coalesce(r.sum_minor, 0) > p.amount_minor)`;

/** Rows without a seal belong to no slice of seals: as many of the newest are looked at by every incremental run. */
const NEWEST = 500;

const NEWEST_TOLD = `(select * from audit_log order by at desc, id desc limit ${NEWEST})`;

const ADJUSTED_OTHERWISE = `
  select named.id as payment_id, a.id as adjustment_id, a.asked_by, a.ended_by, l.actor_id
    from named
    left join lateral (select * from payments where id = named.id and kind = 'adjustment' offset 0) p on true
    left join lateral (select * from ledger_adjustments
                        where payment_id = named.id and state in ('done', 'declined') offset 0) a on true
    left join lateral (select * from audit_log where id = named.id and action = 'adjustment-approve' offset 0) l on true
    left join lateral (select * from audit_log where id = a.id and action = 'adjustment-ask' offset 0) asked on true
    left join lateral (select owner_id from ledger_accounts where id = p.payer_account_id offset 0) d on true
    left join lateral (select owner_id from ledger_accounts where id = p.payee_account_id offset 0) c on true
   where (p.purpose_id, p.user_id, p.payer_account_id, p.payee_account_id, p.amount_minor, p.currency, p.note)
           is distinct from (a.id, a.asked_by, a.debit_account_id, a.credit_account_id, a.amount_minor, a.currency, a.reason)
      or (p.status = 'succeeded') is distinct from (a.state = 'done')
      or a.asked_by = a.ended_by or a.ended_by is distinct from l.actor_id or asked.actor_id is distinct from a.asked_by
      or l.subject_id is distinct from a.id::text or l.after ->> 'amountMinor' is distinct from p.amount_minor::text
      or d.owner_id in (a.asked_by, a.ended_by) or c.owner_id in (a.asked_by, a.ended_by)`;

const SLICED: Record<string, SlicedCheck> = {
  // Every payment changes two balances, so that only one snapshot of all of them adds up; reading the accounts alone is short.
  conservation: whole(checkNamed("conservation")),

  "balance-is-sum-of-entries": {
    full: (inspection) => walkAccounts(inspection, sumOf),
    incremental: (inspection, { from, to }) =>
      walkSeals(
        inspection,
        from.position,
        to.position,
        `select a.id as account_id, a.balance_minor, a.version, e.balance_minor as last_balance_minor, e.version as entries
           from ${ROWS.accounts.seals} a
           left join lateral (select balance_minor, version from ledger_entries
                               where account_id = a.id order by version desc limit 1) e on true
          where (a.balance_minor, a.version) is distinct from (e.balance_minor, e.version)`,
      ),
  },

  "chain-without-gap": {
    full: (inspection) => walkAccounts(inspection, chainOf),
    incremental: (inspection, { from, to }) =>
      walkSeals(
        inspection,
        from.position,
        to.position,
        `select e.*, same.entries, before.entries as entries_before, before.balance_minor as previous_minor
           from ${ROWS.transfers.seals} t
           cross join lateral (
             values (t.debit_account_id, t.debit_version, t.debit_balance_minor, -t.amount_minor),
                    (t.credit_account_id, t.credit_version, t.credit_balance_minor, t.amount_minor)
           ) e (account_id, version, balance_minor, amount_minor)
           cross join lateral (select count(*) as entries from ledger_entries
                                where account_id = e.account_id and version = e.version offset 0) same
           cross join lateral (select count(*) as entries, coalesce(max(balance_minor), 0) as balance_minor from ledger_entries
                                where account_id = e.account_id and version = e.version - 1 offset 0) before
          where same.entries <> 1 or before.entries <> case when e.version = 1 then 0 else 1 end
             or e.balance_minor <> before.balance_minor + e.amount_minor`,
      ),
  },

  floor: byRows(
    "accounts",
    { table: "ledger_accounts", column: "id" },
    (accounts) => `
      select id as account_id, balance_minor, min_balance_minor from ${accounts} a where balance_minor < min_balance_minor`,
  ),

  "accounts-exist": byRows(
    "transfers",
    TRANSFERS,
    (transfers) => `
      select t.id as transfer_id, t.debit_account_id, t.credit_account_id, t.currency
        from ${transfers} t
        left join lateral (select currency from ledger_accounts where id = t.debit_account_id offset 0) d on true
        left join lateral (select currency from ledger_accounts where id = t.credit_account_id offset 0) c on true
       where d.currency is distinct from t.currency or c.currency is distinct from t.currency`,
  ),

  "succeeded-has-its-transfer": {
    full: (inspection) =>
      walkIds(
        inspection,
        [PAYMENTS, TRANSFERS],
        `select p.id as payment_id, t.id as transfer_id, p.status, p.amount_minor, t.amount_minor as transferred_minor
           from ${ROWS.payments.ids} p full join ${ROWS.transfers.ids} t on t.id = p.id
          where ${NOT_THE_SAME_MOVEMENT}`,
      ),
    async incremental(inspection, { from, to }) {
      await walkSeals(
        inspection,
        from.position,
        to.position,
        `select s.transfer_id as payment_id, t.id as transfer_id, p.status, p.amount_minor, t.amount_minor as transferred_minor
           from ledger_seals s
           left join lateral (select * from payments where id = s.transfer_id offset 0) p on true
           left join lateral (select * from ledger_transfers where id = s.transfer_id offset 0) t on true
          where s.position between $1 and $2
            and (p.status is distinct from 'succeeded' or ${NOT_THE_SAME_MOVEMENT})`,
      );
      await inspection.find(
        `select p.id as payment_id, t.id as transfer_id, p.status, p.amount_minor, t.amount_minor as transferred_minor
           from (select * from payments order by id desc limit ${NEWEST}) p
           left join lateral (select * from ledger_transfers where id = p.id offset 0) t on true
          where ${NOT_THE_SAME_MOVEMENT}`,
        [],
      );
    },
  },

  "funding-by-the-house": byRows(
    "payments",
    PAYMENTS,
    (payments) => `
      select p.id as payment_id, p.kind, d.owner_id as payer_id, c.owner_id as payee_id
        from ${payments} p
        left join lateral (select id, owner_id from ledger_accounts where id = p.payer_account_id offset 0) d on true
        left join lateral (select id, owner_id from ledger_accounts where id = p.payee_account_id offset 0) c on true
       where p.status = 'succeeded'
         and case p.kind
               when 'funding' then (d.owner_id is null) = (c.owner_id is null)
                 or not exists (select 1 from currencies u where u.code = p.currency
                                   and u.house_account_id in (p.payer_account_id, p.payee_account_id))
               when 'top-up' then d.owner_id is not null or c.owner_id is null
               when 'adjustment' then d.id is null or c.id is null
               else d.owner_id is null or c.owner_id is null end`,
  ),

  "funding-audited": {
    full: (inspection) =>
      walkIds(
        inspection,
        [PAYMENTS, AUDIT_LOG],
        `select coalesce(p.id, l.id) as payment_id, p.user_id, l.actor_id
           from (select * from payments where id between $1 and $2 and kind = 'funding') p
           full join (select * from audit_log where id between $1 and $2 and action = 'fund') l on l.id = p.id
          where ${NOT_AUDITED}`,
      ),
    async incremental(inspection, { from, to }) {
      await walkSeals(
        inspection,
        from.position,
        to.position,
        `select p.id as payment_id, p.user_id, l.actor_id
           from ${ROWS.payments.seals} p
           left join lateral (select * from audit_log where id = p.id and action = 'fund' offset 0) l on true
          where p.kind = 'funding' and ${NOT_AUDITED}`,
      );
      await inspection.find(
        `select l.id as payment_id, p.user_id, l.actor_id
           from ${NEWEST_TOLD} l
           left join lateral (select * from payments where id = l.id and kind = 'funding' offset 0) p on true
          where l.action = 'fund' and ${NOT_AUDITED}`,
        [],
      );
    },
  },

  "refund-by-operator-audited": {
    full: (inspection) =>
      walkIds(
        inspection,
        [AUDIT_LOG],
        refundToldOtherwise("(select * from audit_log where id between $1 and $2)"),
      ),
    async incremental(inspection, { from, to }) {
      await walkSeals(
        inspection,
        from.position,
        to.position,
        refundToldOtherwise(`(select l.* from ledger_seals s
                               cross join lateral (select * from audit_log where id = s.transfer_id offset 0) l
                               where s.position between $1 and $2)`),
      );
      await inspection.find(refundToldOtherwise(NEWEST_TOLD), []);
    },
  },

  "adjustment-by-two": {
    full: (inspection) =>
      walkIds(
        inspection,
        [PAYMENTS, AUDIT_LOG],
        // Two people make each adjustment by hand: there are so few that their table needs no index.
        `with named as (
           select id from payments where id between $1 and $2 and kind = 'adjustment'
           union
           select payment_id from ledger_adjustments where payment_id between $1 and $2 and state in ('done', 'declined')
           union
           select id from audit_log where id between $1 and $2 and action = 'adjustment-approve')
         ${ADJUSTED_OTHERWISE}`,
      ),
    async incremental(inspection, { from, to }) {
      await walkSeals(
        inspection,
        from.position,
        to.position,
        `with named as (select p.id from ${ROWS.payments.seals} p where p.kind = 'adjustment') ${ADJUSTED_OTHERWISE}`,
      );
      await inspection.find(
        `with named as (select l.id from ${NEWEST_TOLD} l where l.action = 'adjustment-approve') ${ADJUSTED_OTHERWISE}`,
        [],
      );
    },
  },

  "id-once": byRows(
    "payments",
    PAYMENTS,
    (payments) => `
      select id as payment_id, count(*) as payments from ${payments} p group by id having count(*) > 1`,
  ),

  "order-paid-once": {
    async full(inspection) {
      await walkIds(inspection, [PAYMENTS], paidButNotNamed(ROWS.payments.ids));
      await walkIds(
        inspection,
        [{ table: "orders", column: "id" }],
        `select o.id as order_id, o.paid_by
           from orders o
           left join lateral (select id from payments where user_id = o.paid_by_user_id and id = o.paid_by
                                 and kind = 'order' and purpose_id = o.id and status = 'succeeded' offset 0) p on true
          where o.id between $1 and $2 and o.paid_by is not null and p.id is null`,
      );
    },
    incremental: (inspection, { from, to }) =>
      walkSeals(inspection, from.position, to.position, paidButNotNamed(ROWS.payments.seals)),
  },

  "order-paid-in-full": byRows(
    "payments",
    PAYMENTS,
    (payments) => `
      select p.id as payment_id, p.purpose_id as order_id
        from ${payments} p
        left join lateral (select * from orders where id = p.purpose_id offset 0) o on true
       where p.kind = 'order' and p.status = 'succeeded'
         and (o.total_minor, o.currency, o.merchant_account_id)
             is distinct from (p.amount_minor, p.currency, p.payee_account_id)`,
  ),

  "purpose-paid-once": byRows(
    "payments",
    PAYMENTS,
    (payments) => `
      select p.user_id, p.kind, p.purpose_id, p.id as payment_id, other.id as other_payment_id
        from ${payments} p
        cross join lateral (select id from payments
                             where user_id = p.user_id and kind = p.kind and purpose_id = p.purpose_id
                               and status = 'succeeded' and id <> p.id limit 1) other
       where p.status = 'succeeded'`,
  ),

  "refunds-within-payment": {
    full: (inspection) =>
      walkIds(
        inspection,
        [
          { table: "refund_totals", column: "payment_id" },
          { table: "payments", column: "subject_id", where: "kind = 'refund' and status = 'succeeded'" },
        ],
        `with named as (
           select payment_id as id from refund_totals where payment_id between $1 and $2
           union
           select subject_id from payments
            where subject_id between $1 and $2 and kind = 'refund' and status = 'succeeded')
         ${REFUNDED_OTHERWISE}`,
      ),
    incremental: (inspection, { from, to }) =>
      walkSeals(
        inspection,
        from.position,
        to.position,
        `with new as materialized ${ROWS.payments.seals},
         named as (select id from new union select subject_id from new where subject_id is not null)
         ${REFUNDED_OTHERWISE}`,
      ),
  },

  "key-not-open-and-settled": {
    full: (inspection) =>
      walkIds(
        inspection,
        [{ table: "idempotency_keys", column: "user_id" }],
        `select k.user_id, k.key, p.id as payment_id
           from idempotency_keys k
           cross join lateral (
             (select id from payments where user_id = k.user_id and id = k.key limit 1)
             union all
             (select id from payments
               where user_id = k.user_id and kind = k.kind and purpose_id = k.purpose_id and status = 'succeeded' limit 1)
             limit 1) p
          where k.user_id between $1 and $2`,
      ),
    incremental: (inspection, { from, to }) =>
      walkSeals(
        inspection,
        from.position,
        to.position,
        `select k.user_id, k.key, p.id as payment_id
           from ${ROWS.payments.seals} p
           cross join lateral (
             (select user_id, key from idempotency_keys where user_id = p.user_id and key = p.id limit 1)
             union all
             (select user_id, key from idempotency_keys
               where user_id = p.user_id and kind = p.kind and purpose_id = p.purpose_id limit 1)
             limit 1) k`,
      ),
  },

  // The catalog, a row for each trigger.
  "written-once": whole(checkNamed("written-once")),

  "journal-unaltered": {
    async full(inspection) {
      await walkJournal(inspection, JOURNAL_START);
      if (inspection.wrong.length === 0) await inspection.find(ENDS_OTHERWISE, []);
      if (inspection.wrong.length === 0)
        await walkIds(inspection, [TRANSFERS], passedOver(ROWS.transfers.ids));
    },
    async incremental(inspection, { from }) {
      // What the last run had verified is still what the journal has there.
      if (from.position !== JOURNAL_START.position)
        await inspection.find(
          `select $1::bigint as position, s.transfer_id, 'rewritten' as fault
             from (select 1) always left join ledger_seals s on s.position = $1
            where s.hash is distinct from decode($2, 'hex')`,
          [from.position, from.hash],
        );
      if (inspection.wrong.length === 0) await walkJournal(inspection, from);
      if (inspection.wrong.length === 0) await inspection.find(ENDS_OTHERWISE, []);
      if (inspection.wrong.length === 0)
        await inspection.find(
          passedOver(`(select * from ledger_transfers order by transaction_id desc limit ${NEWEST})`),
          [],
        );
    },
  },
};

function paidButNotNamed(payments: string): string {
  return `
    select p.purpose_id as order_id, o.paid_by, p.id as payment_id
      from ${payments} p
      left join lateral (select paid_by, paid_by_user_id from orders where id = p.purpose_id offset 0) o on true
     where p.kind = 'order' and p.status = 'succeeded'
       and (o.paid_by, o.paid_by_user_id) is distinct from (p.id, p.user_id)`;
}

/** Rows of the audit log about refunds by operators, whose refund is another. */
function refundToldOtherwise(told: string): string {
  return `
    select l.id as refund_id, l.subject_id as payment_id, l.actor_id
      from ${told} l
      left join lateral (select * from payments where id = l.id offset 0) p on true
      left join lateral (select owner_id from ledger_accounts where id = p.payer_account_id offset 0) d on true
      left join lateral (select owner_id from ledger_accounts where id = p.payee_account_id offset 0) c on true
     where l.action = 'refund'
       and ((p.kind, p.subject_id::text, p.amount_minor::text, p.note, p.decline_code)
              is distinct from ('refund', l.subject_id, l.after ->> 'amountMinor', l.reason, l.after ->> 'decline')
            or l.actor_id in (d.owner_id, c.owner_id))`;
}

/** As the last part of verify_seals_v1: the journal and its head end with the same seal. */
const ENDS_OTHERWISE = `
  select coalesce(l.position, 0) as position, l.transfer_id, 'truncated' as fault
    from (select 1) always
    left join ledger_seal_head h on true
    left join (select s.position, s.transfer_id, s.hash from ledger_seals s order by s.position desc limit 1) l on true
   where coalesce(h.position, 0) <> coalesce(l.position, 0)
      or coalesce(h.hash, decode('', 'hex')) <> coalesce(l.hash, decode(repeat('00', 32), 'hex'))`;

/**
 * As in verify_seals_v1: transfers without a seal that the sealer is past, or that claim a transaction that has never been. None
 * where the journal goes by another server's transactions: there is no horizon.
 */
function passedOver(transfers: string): string {
  return `
    select null as position, t.id as transfer_id, 'unsealed' as fault
      from ${transfers} t
      cross join (select journal_horizon_v1() as sealed_below offset 0) h
     where h.sealed_below is not null
       and (t.transaction_id < h.sealed_below
            or (t.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
                and t.transaction_id is distinct from pg_current_xact_id_if_assigned()))
       and not exists (select 1 from ledger_seals s where s.transfer_id = t.id offset 0)`;
}

function checkNamed(name: string): Check {
  const check = CHECKS.find((one) => one.name === name);
  if (!check) throw new Error(`Bug: there is no check called ${name}.`);
  return check;
}

/** How `check` is done in slices; as one statement where nothing else is said here. */
export function slicedCheck(check: Check): SlicedCheck {
  return SLICED[check.name] ?? whole(check);
}
