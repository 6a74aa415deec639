-- What settling locks. In one order everywhere: keys, operators, adjustments, orders, refund totals, accounts; each one at a time, by equality on
-- its primary key, sorted. So there are no deadlocks, and a distributed engine can route every lock to a shard. Missing rows
-- are not returned.

-- A request to pay, resolved to accounts. `amount_minor` may be null for a refund only: "what is left".
create type settlement_entry as (
  user_id uuid,
  key uuid,
  kind text,
  order_id uuid,
  refund_of uuid,
  debit_account_id uuid,
  credit_account_id uuid,
  amount_minor bigint,
  currency text,
  note text,
  request_hash bytea,
  renderer smallint
);
-- Locked rows that change while a batch is executed, by the columns that settling uses.
create type settlement_key as (user_id uuid, key uuid, kind text, purpose_id uuid, subject_id uuid);
create type settlement_order as (
  id uuid, total_minor bigint, currency text, merchant_account_id uuid, cancelled boolean, expires_at timestamptz,
  paid_by uuid, paid_by_user_id uuid, touched boolean
);
create type settlement_refund as (
  payment_id uuid, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid,
  refunded_minor bigint, touched boolean
);
create type settlement_account as (
  id uuid, owner_id uuid, currency text, balance_minor bigint, min_balance_minor bigint, version bigint,
  closed boolean, day_out_minor bigint, day_limit_minor bigint, touched boolean,
  day date
);

-- What one operator asked for and another approves, and how it ends.
create type settlement_adjustment as (
  id uuid, asked_by uuid, debit_account_id uuid, credit_account_id uuid, amount_minor bigint, currency text, reason text,
  pending boolean, ends_as text, ended_by uuid, payment_id uuid
);

-- The open keys of the entries: each entry's own user's and its own key, issued in this database.
create or replace function lock_keys(entries settlement_entry[]) returns settlement_key[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  wanted record;
  held settlement_key;
  all_held settlement_key[] := '{}';
begin
  for wanted in
    select distinct e.user_id, e.key from unnest(entries) e
     where e.user_id is not null and e.key is not null order by 1, 2
  loop
    select k.user_id, k.key, k.kind, k.purpose_id, k.subject_id into held from idempotency_keys k
     where k.user_id = wanted.user_id and k.key = wanted.key and k.issued_in = here
       for update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;

-- Those of the users who may act as operators now; their rows are locked, so that a role is taken away before or after.
create or replace function lock_operators(ids uuid[]) returns uuid[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  all_held uuid[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    if is_acting_operator(wanted) then
      all_held := all_held || wanted;
    end if;
  end loop;
  return all_held;
end
$$;

-- FOR NO KEY UPDATE, here and below: it does not block foreign key checks. Approving, refusing and withdrawing take turns by this
-- lock, so that a request ends once.
create or replace function lock_adjustments(ids uuid[]) returns settlement_adjustment[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held settlement_adjustment;
  all_held settlement_adjustment[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select a.id, a.asked_by, a.debit_account_id, a.credit_account_id, a.amount_minor, a.currency, a.reason,
           a.state = 'pending', null, null, null
      into held from ledger_adjustments a where a.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;

create or replace function lock_orders(ids uuid[]) returns settlement_order[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
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

-- How much of each payment has been refunded: a row of its own, since a refund never changes the payment it refunds.
create or replace function lock_refunds(payment_ids uuid[]) returns settlement_refund[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
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

-- With the amount that left each account on the day that its row counts. The current day is read under these locks.
create or replace function lock_accounts(ids uuid[]) returns settlement_account[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held settlement_account;
  all_held settlement_account[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select a.id, a.owner_id, a.currency, a.balance_minor, a.min_balance_minor, a.version, a.closed_at is not null,
           a.day_out_minor, a.day_limit_minor, false, a.day
      into held from ledger_accounts a where a.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
revoke execute on function lock_keys, lock_operators, lock_adjustments, lock_orders, lock_refunds, lock_accounts from public;
