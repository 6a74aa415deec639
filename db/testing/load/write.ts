/** Writes a slice of the draft as settling would have left it: outcome, transfer, order, refund total, accounts, arrivals. */
import type postgres from "postgres";

const GOODS = `array['House espresso, 1 kg', 'Sourdough loaf', 'Notebook, dotted', 'Bicycle bell', 'Rye flour, 2 kg', 'Vinyl record', 'Sea salt',
  'Fern in a pot', 'Two cinema tickets', 'Hammer, 300 g']`;

/** Writes the payments after `from`, up to `to`, in one transaction: the books are right before and after it. */
export async function writeSlice(sql: postgres.Sql, from: number, to: number): Promise<void> {
  await sql.begin(async (tx) => {
    // Who loses this process begins anew with an empty database; a load need not wait for the disk.
    await tx`set local synchronous_commit = off`;
    await tx`
      insert into payments (user_id, id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency, payer_account_id,
                            payee_account_id, note, request_hash, renderer, settled_at)
      select coalesce(payer.owner_id, payee.owner_id), d.id, d.kind, d.purpose_id, sale.id, d.status, d.decline_code, d.amount, payer.code,
             payer.id, payee.id, d.note, sha256(d.id::text::bytea), 1, d.settled_at
        from load_draft d
        join load_account payer on payer.acct = d.payer_n * 10 + d.k
        join load_account payee on payee.acct = d.payee_n * 10 + d.k
        left join load_draft sale on sale.n = d.refund_of_n
       where d.n > ${from} and d.n <= ${to}
       order by d.n`;
    await tx`
      insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor, debit_version,
                                    credit_balance_minor, credit_version, created_at)
      select d.id, payer.id, payee.id, d.amount, payer.code, debit.balance, debit.version, credit.balance, credit.version, d.settled_at
        from load_draft d
        join load_entry debit on debit.n = d.n and debit.is_debit
        join load_entry credit on credit.n = d.n and not credit.is_debit
        join load_account payer on payer.acct = debit.acct
        join load_account payee on payee.acct = credit.acct
       where d.n > ${from} and d.n <= ${to}
       order by d.n`;
    await writeOrders(tx, from, to);
    await tx`
      insert into refund_totals (payment_id, refunded_minor)
      select sale.id, sum(d.amount)::bigint
        from load_draft d join load_draft sale on sale.n = d.refund_of_n
       where d.n > ${from} and d.n <= ${to} and d.status = 'succeeded'
       group by sale.id
      on conflict (payment_id) do update set refunded_minor = refund_totals.refunded_minor + excluded.refunded_minor`;
    await tx`
      update ledger_accounts a set version = latest.version, balance_minor = latest.balance
        from (select distinct on (acct) acct, version, balance from load_entry
               where n > ${from} and n <= ${to} order by acct, version desc) latest
        join load_account l on l.acct = latest.acct
       where a.id = l.id`;
    await writeArrivals(tx, from, to);
  });
}

async function writeOrders(tx: postgres.TransactionSql, from: number, to: number): Promise<void> {
  await tx.unsafe(`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, total_minor, items, request_hash, expires_at, created_at)
    select d.purpose_id, payee.owner_id, payee.id, (${GOODS})[1 + d.n % 10], payee.code, d.amount,
           jsonb_build_array(jsonb_build_object(
             'description', (${GOODS})[1 + d.n % 10], 'quantity', case when d.amount % d.quantity = 0 then d.quantity else 1 end,
             'amountMinor', case when d.amount % d.quantity = 0 then d.amount / d.quantity else d.amount end::text)),
           sha256(d.purpose_id::text::bytea),
           case when d.decline_code = 'order_expired' then d.settled_at - interval '1 second' end,
           d.opened_at - interval '5 minutes' * (1 + d.n % 7)
      from load_draft d
      join load_account payee on payee.acct = d.payee_n * 10 + d.k
     where d.n > ${from} and d.n <= ${to} and d.kind = 'order' and d.puts_order
     order by d.n`);
  // An order begins with neither end.
  await tx`
    update orders o
       set paid_by = case when d.status = 'succeeded' then d.id end, paid_by_user_id = case when d.status = 'succeeded' then payer.owner_id end,
           cancelled_at = case when d.decline_code = 'order_cancelled' then d.settled_at - interval '1 second' end
      from load_draft d join load_account payer on payer.acct = d.payer_n * 10 + d.k
     where o.id = d.purpose_id and d.n > ${from} and d.n <= ${to} and d.kind = 'order' and d.puts_order
       and (d.status = 'succeeded' or d.decline_code = 'order_cancelled')`;
}

/** The arrival that settled a key, and for some a replay or a reuse after it, or a try before it whose answer was lost. */
async function writeArrivals(tx: postgres.TransactionSql, from: number, to: number): Promise<void> {
  await tx`
    insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at, request_id)
    select coalesce(payer.owner_id, payee.owner_id), d.id, gen_random_uuid(),
           case when d.n % 100 < 55 then 'action' when d.n % 100 < 90 then 'api' else 'form' end, told.verdict,
           d.settled_at + told.after, gen_random_uuid()::text
      from load_draft d
      join load_account payer on payer.acct = d.payer_n * 10 + d.k
      join load_account payee on payee.acct = d.payee_n * 10 + d.k
     cross join lateral (
            select case when d.status = 'succeeded' then 'paid' else 'declined' end as verdict, interval '-4 milliseconds' as after
            union all select 'replayed', interval '2 seconds' where d.n % 31 = 0
            union all select 'replayed', interval '9 seconds' where d.n % 93 = 0
            union all select 'reused', interval '40 seconds' where d.n % 4001 = 0
            union all select 'unknown', interval '-1 second' where d.n % 1009 = 0) told
     where d.n > ${from} and d.n <= ${to}`;
}

/** Forms that are open just now, `count` of them: keys of the latest day, with the arrivals of some; and arrivals under keys that are void. */
export async function writeOpenKeys(sql: postgres.Sql, count: number): Promise<void> {
  await sql`
    create temp table load_key as
    with told as (
      select g as n, random() as of_age, random() as of_person, gen_random_uuid() as purpose_id,
             case when g % 10 < 6 then 'order' when g % 10 < 9 then 'transfer' else 'refund' end as kind
        from generate_series(1, ${count}::int) g),
    sale as (
      select row_number() over () * 10 - 1 as n, s.id, s.payee_n from (
        select id, payee_n from load_draft where kind = 'order' and status = 'succeeded' order by n desc limit ${count}::int) s)
    select t.n, t.kind, t.purpose_id, case when t.kind = 'refund' then s.id end as subject_id,
           now() - interval '24 hours' * t.of_age * t.of_age as opened_at,
           case when t.kind = 'refund' then s.payee_n
                else (select min(n) from load_person where role = 'payer')
                     + floor(t.of_person * (select count(*) from load_person where role = 'payer'))::int end as person,
           (lpad(to_hex((extract(epoch from now() - interval '24 hours' * t.of_age * t.of_age) * 1000)::bigint), 12, '0') || '7'
             || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid as key
      from told t left join sale s on s.n = t.n
     where t.kind <> 'refund' or s.id is not null`;
  await sql`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, total_minor, items, request_hash, created_at)
    select k.purpose_id, a.owner_id, a.id, 'Gift box', a.code, 4200,
           '[{"description": "Gift box", "quantity": 1, "amountMinor": "4200"}]', sha256(k.purpose_id::text::bytea),
           k.opened_at - interval '3 minutes'
      from load_key k join load_account a on a.acct = (1 + k.n % 12) * 10
     where k.kind = 'order'`;
  await sql`
    insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, issued_in)
    select p.id, k.key, k.kind, k.purpose_id, k.subject_id, k.opened_at + interval '24 hours', database_identity()
      from load_key k join load_person p on p.n = k.person
     where k.n % 8 > 0 or k.kind = 'refund'`;
  await sql`
    insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at, request_id)
    select p.id, k.key, gen_random_uuid(), 'action',
           case when k.n % 8 = 0 and k.kind <> 'refund' then 'void' when k.n % 3 = 0 then 'unknown' else 'invalid' end,
           least(k.opened_at + interval '30 seconds', now()), gen_random_uuid()::text
      from load_key k join load_person p on p.n = k.person
     where k.n % 4 = 0`;
}

/** The receipts of the latest payments, as sent: older ones are not kept either. */
export async function writeReceipts(sql: postgres.Sql, count: number): Promise<void> {
  await sql`
    insert into mail_outbox (id, dedupe_key, kind, recipient, locale, content, enqueued_at, expires_at, attempts, due_at, outcome, finished_at)
    select gen_random_uuid(), 'receipt:' || d.id, 'receipt', p.email, 'en', null, d.settled_at, d.settled_at + interval '1 day', 1, null,
           'sent', d.settled_at + interval '2 seconds'
      from (select * from load_draft where status = 'succeeded' and kind in ('order', 'transfer') order by n desc limit ${count}::int) d
      join load_person p on p.n = d.payer_n
     where d.settled_at > now() - interval '30 days'`;
}
