-- The double entry, written out: two rows a transfer, signed, each with its account's version and the balance after it.
create view ledger_entries as
  select t.debit_account_id as account_id, t.debit_version as version, t.id as transfer_id, 'debit' as side,
         -t.amount_minor as amount_minor, t.currency, t.debit_balance_minor as balance_minor, t.created_at
    from ledger_transfers t
  union all
  select t.credit_account_id, t.credit_version, t.id, 'credit',
         t.amount_minor, t.currency, t.credit_balance_minor, t.created_at
    from ledger_transfers t;
--> statement-breakpoint

-- Opens the wallet of an owner in a currency, empty, unless it is open already. The balance, its floor and its version
-- are nobody's to say but settling's.
create function open_account_v1(new_id uuid, for_owner uuid, in_currency text, day_limit bigint)
returns void
language sql volatile
set search_path = pg_catalog, public, pg_temp
as $$
  insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor)
  values (new_id, for_owner, 'wallet', in_currency, day_limit)
  on conflict (owner_id, currency) do nothing
$$;
--> statement-breakpoint

-- The functions run with their owner's rights; the application may call them, and may not write money itself.
alter function issue_key_v1 security definer;
--> statement-breakpoint
alter function revoke_key_v1 security definer;
--> statement-breakpoint
alter function reap_keys_v1 security definer;
--> statement-breakpoint
alter function settle_payments_v1 security definer;
--> statement-breakpoint
alter function open_account_v1 security definer;
--> statement-breakpoint
revoke execute on function open_account_v1, issue_key_v1, revoke_key_v1, reap_keys_v1, settle_payments_v1 from public;
--> statement-breakpoint

-- Where the server gives one role only, there is no once_app, and nothing to grant; start-up says so.
do $$
begin
  if not exists (select 1 from pg_roles where rolname = 'once_app') then
    return;
  end if;
  grant usage on schema public to once_app;
  grant select on all tables in schema public to once_app;
  grant insert, update, delete on users, sessions, credentials, verifications, rate_limits, api_keys to once_app;
  grant insert on orders to once_app;
  grant update (cancelled_at) on orders to once_app;
  grant execute on function open_account_v1, issue_key_v1, revoke_key_v1, reap_keys_v1, settle_payments_v1 to once_app;
end
$$;
