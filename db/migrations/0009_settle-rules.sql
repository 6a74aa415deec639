-- By what rules an entry is refused or declined. Settling calls these for each entry in turn, with the rows it locked as
-- the entries before have left them; a row that is not there is null. Plain expressions without settings of their own,
-- so that the planner writes them into the caller and a call costs nothing.

-- What becomes of an entry: its verdict, and where it is paid, both accounts as it leaves them.
create type settlement_step as (
  verdict text, reason text, decline_code text, amount_minor bigint,
  debit_balance_minor bigint, debit_version bigint, credit_balance_minor bigint, credit_version bigint
);
--> statement-breakpoint

-- Refused: this request cannot be executed, now or later, as it is. Nothing is recorded, the key stays open. Null: it can.
create function refusal_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account
)
returns text
language sql immutable
as $$
  select case
    when entry.currency is null or entry.currency !~ '^[A-Z]{3}$' or entry.renderer is null
      or octet_length(entry.request_hash) is distinct from 32 then 'malformed'
    when entry.kind = 'refund' and the_refund.payment_id is null then 'payment_unknown'
    when amount is null or amount < 0 or (amount = 0 and entry.amount_minor is not null) then 'amount_not_positive'
    when entry.kind = 'order' and the_order.id is null then 'order_unknown'
    when debit.id is null then 'payer_unknown'
    when credit.id is null then 'payee_unknown'
    when entry.kind = 'top-up' and (debit.owner_id is not null or credit.owner_id is distinct from entry.user_id)
      then 'payee_unknown'
    when entry.kind <> 'top-up' and debit.owner_id is distinct from entry.user_id then 'payer_unknown'
    when debit.id = credit.id or debit.owner_id = credit.owner_id then 'payee_is_payer'
    when entry.kind = 'order' and the_order.merchant_account_id <> credit.id then 'merchant_mismatch'
    when entry.kind = 'order' and (the_order.total_minor <> amount or the_order.currency <> entry.currency)
      then 'amount_mismatch'
    when entry.kind = 'refund'
      and (the_refund.payee_account_id <> debit.id or the_refund.payer_account_id <> credit.id) then 'not_your_sale'
    when entry.kind = 'refund' and the_refund.currency <> entry.currency then 'amount_mismatch'
    when debit.closed then 'payer_closed'
    when credit.balance_minor > 9223372036854775807 - amount or debit.balance_minor < amount - 9223372036854775807
      or debit.day_out_minor > 9223372036854775807 - amount then 'overflow'
  end
$$;
--> statement-breakpoint

-- Declined: an outcome, recorded under the key; the same key never pays later. Null: the entry is paid.
create function decline_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account, settled_now timestamptz
)
returns text
language sql immutable
as $$
  select case
    when the_order.paid_by is not null then 'order_already_paid'
    when the_order.cancelled then 'order_cancelled'
    when the_order.expires_at <= settled_now then 'order_expired'
    when credit.closed then 'payee_closed'
    when debit.currency <> entry.currency or credit.currency <> entry.currency then 'currency_mismatch'
    when entry.kind = 'refund' and (amount = 0 or amount > the_refund.amount_minor - the_refund.refunded_minor)
      then 'refund_exceeds_payment'
    when entry.kind in ('order', 'transfer') and debit.day_out_minor + amount > debit.day_limit_minor
      then 'limit_exceeded'
    when debit.balance_minor - amount < debit.min_balance_minor then 'insufficient_funds'
  end
$$;
--> statement-breakpoint

-- What settling locks. In one order everywhere: keys, orders, refund totals, accounts; each one at a time, by equality on
-- its primary key, sorted. Waiters queue, nobody deadlocks, and a distributed engine can route every lock to a shard. Of
-- what is not there, nothing is returned.

-- The open keys of the entries: each entry's own user's and its own key.
create function lock_keys(entries settlement_entry[]) returns idempotency_keys[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  here constant integer := wal_timeline();
  wanted record;
  held idempotency_keys;
  all_held idempotency_keys[] := '{}';
begin
  for wanted in
    select distinct e.user_id, e.key from unnest(entries) e
     where e.user_id is not null and e.key is not null order by 1, 2
  loop
    select k.* into held from idempotency_keys k
     where k.user_id = wanted.user_id and k.key = wanted.key and k.timeline = here
       for update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint

-- FOR NO KEY UPDATE, here and below: it lets the foreign key checks of others pass.
create function lock_orders(ids uuid[]) returns settlement_order[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  wanted uuid;
  held settlement_order;
  all_held settlement_order[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select o.id, o.total_minor, o.currency, o.merchant_account_id, o.cancelled_at is not null, o.expires_at,
           o.paid_by, o.paid_by_user_id, false
      into held from orders o where o.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint

-- How much of each payment has been refunded: a row of its own, since a refund never changes the payment it refunds.
create function lock_refunds(payment_ids uuid[]) returns settlement_refund[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  wanted uuid;
  held settlement_refund;
  all_held settlement_refund[] := '{}';
begin
  for wanted in select distinct id from unnest(payment_ids) id where id is not null order by 1 loop
    select p.id, p.amount_minor, p.currency, p.payer_account_id, p.payee_account_id, 0, false
      into held from payments p
     where p.id = wanted and p.status = 'succeeded' and p.kind in ('order', 'transfer');
    if found then
      insert into refund_totals (payment_id) values (wanted) on conflict do nothing;
      select t.refunded_minor into held.refunded_minor
        from refund_totals t where t.payment_id = wanted for no key update;
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint

-- With what has left each account `today`: a day that is over starts at nothing.
create function lock_accounts(ids uuid[], today date) returns settlement_account[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  wanted uuid;
  held settlement_account;
  all_held settlement_account[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select a.id, a.owner_id, a.currency, a.balance_minor, a.min_balance_minor, a.version, a.closed_at is not null,
           case when a.day >= today then a.day_out_minor else 0 end, a.day_limit_minor, false
      into held from ledger_accounts a where a.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
revoke execute on function lock_keys, lock_orders, lock_refunds, lock_accounts from public;
