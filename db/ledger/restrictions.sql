-- What an operator forbids accounts, and allows them again. A payment that is under way is waited for; what begins later finds
-- the account as it was left here.

-- Freezes a person (`in_currency` null: every account, those opened later included), or one account of theirs; or takes that
-- back. A frozen account neither pays nor is paid. Taking back a person's freeze leaves closed what was closed for itself, before
-- that freeze or while it lasted.
-- Returns
--   done             and written to the audit log
--   unchanged        it was so already
--   person_frozen    one account is not taken back from somebody who is frozen altogether
--   not_operator, self, unknown_user, unknown_account
create or replace function set_frozen_v1(actor uuid, of_user uuid, in_currency text, to_frozen boolean, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  this_moment timestamptz := date_trunc('milliseconds', clock_timestamp());
  frozen_since timestamptz;
  account uuid;
  closed_since timestamptz;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select u.frozen_at into frozen_since from users u where u.id = of_user;
  if not found then
    return 'unknown_user';
  end if;

  if in_currency is not null then
    select a.id into account from ledger_accounts a where a.owner_id = of_user and a.currency = in_currency;
    if not found then
      return 'unknown_account';
    end if;
    select a.closed_at into closed_since from ledger_accounts a where a.id = account for no key update;
    -- Closed by the person's freeze alone, it is not closed for itself yet.
    if to_frozen = (closed_since is not null) and (not to_frozen or closed_since is distinct from frozen_since) then
      perform wait_for_standbys();
      return 'unchanged';
    end if;
    if not to_frozen and frozen_since is not null then
      return 'person_frozen';
    end if;
    -- At another moment than the person, by which the two are told apart.
    update ledger_accounts a
       set closed_at = case when to_frozen then greatest(this_moment, frozen_since + interval '1 millisecond') end
     where a.id = account;
    perform write_audit(
      gen_random_uuid(), actor, case when to_frozen then 'freeze' else 'unfreeze' end, 'account', account::text, reason,
      jsonb_build_object('frozen', not to_frozen), jsonb_build_object('frozen', to_frozen));
    return 'done';
  end if;

  if to_frozen = (frozen_since is not null) then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  -- At another moment than any account of theirs was closed for itself, by which the two are told apart.
  select greatest(this_moment, max(a.closed_at) + interval '1 millisecond') into this_moment
    from ledger_accounts a where a.owner_id = of_user;
  update users u set frozen_at = case when to_frozen then this_moment end where u.id = of_user;
  for account in select a.id from ledger_accounts a where a.owner_id = of_user order by a.id loop
    select a.closed_at into closed_since from ledger_accounts a where a.id = account for no key update;
    if to_frozen and closed_since is null then
      update ledger_accounts a set closed_at = this_moment where a.id = account;
    elsif not to_frozen and closed_since = frozen_since then
      update ledger_accounts a set closed_at = null where a.id = account;
    end if;
  end loop;
  perform write_audit(
    gen_random_uuid(), actor, case when to_frozen then 'freeze' else 'unfreeze' end, 'user', of_user::text, reason,
    jsonb_build_object('frozen', not to_frozen), jsonb_build_object('frozen', to_frozen));
  return 'done';
end
$$;

-- Sets what may leave an account in a UTC day by orders and transfers; null means no limit. What left it today counts.
-- Returns done, unchanged, not_operator, self, unknown_user or unknown_account.
create or replace function set_day_limit_v1(actor uuid, of_user uuid, in_currency text, limit_minor bigint, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  account uuid;
  was bigint;
begin
  perform assert_decisive();
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  if not exists (select from users u where u.id = of_user) then
    return 'unknown_user';
  end if;
  select a.id into account from ledger_accounts a where a.owner_id = of_user and a.currency = in_currency;
  if not found then
    return 'unknown_account';
  end if;
  select a.day_limit_minor into was from ledger_accounts a where a.id = account for no key update;
  if was is not distinct from limit_minor then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  update ledger_accounts a set day_limit_minor = limit_minor where a.id = account;
  perform write_audit(
    gen_random_uuid(), actor, 'day-limit', 'account', account::text, reason,
    jsonb_build_object('dayLimitMinor', was::text), jsonb_build_object('dayLimitMinor', limit_minor::text));
  return 'done';
end
$$;
revoke execute on function set_frozen_v1, set_day_limit_v1 from public;
