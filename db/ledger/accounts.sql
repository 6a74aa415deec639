-- The double entry: two rows per transfer, signed, each with its account's version and the balance after it.
create or replace view ledger_entries as
  select t.debit_account_id as account_id, t.debit_version as version, t.id as transfer_id, 'debit' as side,
         -t.amount_minor as amount_minor, t.currency, t.debit_balance_minor as balance_minor, t.created_at
    from ledger_transfers t
  union all
  select t.credit_account_id, t.credit_version, t.id, 'credit',
         t.amount_minor, t.currency, t.credit_balance_minor, t.created_at
    from ledger_transfers t;

-- Opens the wallet of an owner in a currency, empty, unless it is open already; frozen where its owner is. Only settling writes the balance and the
-- version.
create or replace function open_account_v1(new_id uuid, for_owner uuid, in_currency text, day_limit bigint)
returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor, closed_at)
  -- The parameter by its function's name: in SQL a column of the same name, of a later build, would be meant.
  values (new_id, for_owner, 'wallet', in_currency, day_limit,
          (select u.frozen_at from users u where u.id = open_account_v1.for_owner for share))
  on conflict (owner_id, currency) do nothing
$$;
revoke execute on function open_account_v1 from public;

-- Rows that are updated: an account at every payment, an order once when it is paid, a refund total at every refund. With
-- room left on its page, the update is HOT and touches no index. Tables that are only inserted into keep the default.
alter table ledger_accounts set (fillfactor = 70);
alter table orders set (fillfactor = 90);
alter table refund_totals set (fillfactor = 70);
