-- A new password, a new address: each with everything that goes with it, under the lock of the user's row. So of a reset and a
-- change at once one sees the other, and neither is done by half. For these functions alone.

-- Ends what the password of `of_user` has opened, and stores `notice`, the mail about the change, for the address that is theirs;
-- null: none. The caller holds the user's row, and has written the password.
create or replace function end_what_password_opened(of_user uuid, revokes_keys boolean, notice jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('once.session_end', 'password', true);
  delete from sessions s where s.user_id = of_user;
  perform set_config('once.session_end', '', true);
  if revokes_keys then
    delete from api_keys k where k.reference_id = of_user;
  end if;
  perform store_notice(of_user, notice);
end
$$;
revoke execute on function end_what_password_opened from public;

-- Stores the mail `notice` (id, kind, seconds, content) for the address that `of_user` has now, in their language.
create or replace function store_notice(of_user uuid, notice jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if notice is null then
    return;
  end if;
  insert into mail_outbox (id, dedupe_key, kind, recipient, locale, content, expires_at)
  select (notice ->> 'id')::uuid, (notice ->> 'kind') || ':' || (notice ->> 'id'), notice ->> 'kind', u.email, u.locale,
         notice -> 'content', now() + make_interval(secs => (notice ->> 'seconds')::double precision)
    from users u where u.id = of_user;
end
$$;
revoke execute on function store_notice from public;

-- Sets the password of `of_user` by the link `link_id`, which their mailbox (`at_email`) was sent. Returns
--   done      the link and all others like it are consumed, every session has ended, keys are revoked where that is wanted,
--             the address is proven
--   expired   the link is gone; nothing was changed
create or replace function reset_password_v1(
  of_user uuid, link_id uuid, at_email text, new_hash text, revokes_keys boolean, notice jsonb
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform assert_decisive();
  perform from users u where u.id = of_user for no key update;
  delete from verifications v where v.id = link_id and v.value = of_user::text and v.expires_at > now();
  if not found then
    return 'expired';
  end if;
  delete from verifications v where v.value = of_user::text;
  perform set_config('once.password_change', 'reset', true);
  update credentials c set password = new_hash, updated_at = now()
   where c.user_id = of_user and c.provider_id = 'credential';
  if not found then
    insert into credentials (id, user_id, provider_id, account_id, password)
    values (gen_random_uuid(), of_user, 'credential', of_user::text, new_hash);
  end if;
  perform set_config('once.password_change', '', true);
  update users u set email_verified = true where u.id = of_user and u.email = at_email and not u.email_verified;
  perform end_what_password_opened(of_user, revokes_keys, notice);
  return 'done';
end
$$;
revoke execute on function reset_password_v1 from public;

-- Changes the password of `of_user` from `old_hash`, which the session `of_session` has proven to know. Links for a new password
-- stay: they prove the mailbox, which ranks above the password. Returns
--   done    every session has ended, this one too; keys are revoked where that is wanted
--   wrong   the password or the session is another by now; nothing was changed
create or replace function change_password_v1(
  of_user uuid, of_session uuid, old_hash text, new_hash text, revokes_keys boolean, notice jsonb
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform assert_decisive();
  perform from users u where u.id = of_user for no key update;
  if not exists (select from sessions s where s.id = of_session and s.user_id = of_user and s.expires_at > now()) then
    return 'wrong';
  end if;
  update credentials c set password = new_hash, updated_at = now()
   where c.user_id = of_user and c.provider_id = 'credential' and c.password = old_hash;
  if not found then
    return 'wrong';
  end if;
  perform end_what_password_opened(of_user, revokes_keys, notice);
  return 'done';
end
$$;
revoke execute on function change_password_v1 from public;

-- Makes `new_email`, which is proven, the address of `of_user` in the place of `old_email`, as somebody wanted who knew the
-- password that hashes to `at_hash`. Returns
--   done      links that the old address was mailed have ended, and it is told by `notice`
--   expired   the address, the password or the session is another by now, or the new address another user's; nothing was changed
create or replace function change_address_v1(
  of_user uuid, of_session uuid, at_hash text, old_email text, new_email text, notice jsonb
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  violated text;
begin
  perform assert_decisive();
  perform from users u where u.id = of_user and u.email = old_email for no key update;
  if not found
     or not exists (select from sessions s where s.id = of_session and s.user_id = of_user and s.expires_at > now())
     or not exists (select from credentials c
                     where c.user_id = of_user and c.provider_id = 'credential' and c.password = at_hash) then
    return 'expired';
  end if;
  perform store_notice(of_user, notice);
  update users u set email = new_email, email_verified = true, updated_at = now() where u.id = of_user;
  delete from verifications v where v.value = of_user::text;
  return 'done';
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated in ('users_email_unique', 'email_addresses_pkey') then
    return 'expired';
  end if;
  raise;
end
$$;
revoke execute on function change_address_v1 from public;
