-- Opens a currency: its row, and the house account that money enters and leaves the service by. Where it is open, sets the
-- daily limit that accounts opened from now on get (`sets_limit`); accounts that are there keep theirs. Returns 'opened',
-- 'changed', 'unchanged' or 'not_operator'.
create or replace function open_currency_v1(
  actor uuid, new_code text, sets_limit boolean, limit_minor bigint, house_id uuid, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  was bigint;
begin
  perform assert_decisive();
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  insert into currencies (code, house_account_id, day_limit_minor, opened_at)
  values (new_code, house_id, limit_minor, date_trunc('milliseconds', clock_timestamp()))
  on conflict (code) do nothing;
  if found then
    insert into ledger_accounts (id, owner_id, purpose, currency, min_balance_minor)
    values (house_id, null, 'funding', new_code, null);
    perform write_audit(
      gen_random_uuid(), actor, 'open-currency', 'currency', new_code, reason, null,
      jsonb_build_object('dayLimitMinor', limit_minor::text, 'houseAccountId', house_id));
    return 'opened';
  end if;
  select c.day_limit_minor into was from currencies c where c.code = new_code for no key update;
  if not sets_limit or was is not distinct from limit_minor then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  update currencies c set day_limit_minor = limit_minor where c.code = new_code;
  perform write_audit(
    gen_random_uuid(), actor, 'currency-day-limit', 'currency', new_code, reason,
    jsonb_build_object('dayLimitMinor', was::text), jsonb_build_object('dayLimitMinor', limit_minor::text));
  return 'changed';
end
$$;
revoke execute on function open_currency_v1 from public;

-- Opens the accounts that a user lacks in the currencies that are open, empty. One of somebody who is frozen begins closed:
-- the user's row is locked, so that freezing them waits, and then finds it. Only settling writes the balance and the version.
create or replace function open_accounts_v1(for_user uuid)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted record;
  frozen_since timestamptz;
  new_id uuid;
begin
  for wanted in
    select c.code, c.day_limit_minor from currencies c
     where not exists (select from ledger_accounts a where a.owner_id = for_user and a.currency = c.code)
     order by c.code
  loop
    select u.frozen_at into frozen_since from users u where u.id = for_user for share;
    exit when not found;
    new_id := gen_random_uuid();
    insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor, closed_at)
    values (new_id, for_user, 'wallet', wanted.code, wanted.day_limit_minor, frozen_since)
    on conflict (owner_id, currency) do nothing;
  end loop;
end
$$;
revoke execute on function open_accounts_v1 from public;

-- For databases of before there were rows of currencies: every currency that somebody has an account in is open, with the
-- newest account's daily limit, and gets a house account where it has none. Start-up calls it after migrations; where the rows
-- are there it does nothing.
create or replace function adopt_currencies() returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted text;
  house uuid;
  limit_minor bigint;
begin
  for wanted in
    select distinct a.currency from ledger_accounts a
     where not exists (select from currencies c where c.code = a.currency) order by 1
  loop
    select a.id into house from ledger_accounts a
     where a.purpose = 'funding' and a.currency = wanted order by a.created_at, a.id limit 1;
    if not found then
      house := gen_random_uuid();
      insert into ledger_accounts (id, owner_id, purpose, currency, min_balance_minor)
      values (house, null, 'funding', wanted, null);
    end if;
    select a.day_limit_minor into limit_minor from ledger_accounts a
     where a.purpose = 'wallet' and a.currency = wanted order by a.created_at desc, a.id limit 1;
    insert into currencies (code, house_account_id, day_limit_minor, opened_at)
    values (wanted, house, limit_minor, date_trunc('milliseconds', clock_timestamp()))
    on conflict (code) do nothing;
  end loop;
end
$$;
revoke execute on function adopt_currencies from public;
