-- Security events. What changes a session, a password, an address or an API key writes its event by a trigger, in the statement
-- that changes it, whichever way it comes; what is refused is gathered by the application and counted (record.ts).

-- Appends an event of its own. Internal. The address and the browser are cut to what a row holds.
create or replace function write_security_event(of_kind text, of_user uuid, from_address text, from_agent text, about text)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  this_moment constant timestamptz := date_trunc('milliseconds', clock_timestamp());
  milliseconds constant bigint := (extract(epoch from this_moment) * 1000)::bigint;
begin
  insert into security_events (id, at, last_at, kind, user_id, address, user_agent, detail, count)
  values (overlay(replace(gen_random_uuid()::text, '-', '') placing lpad(to_hex(milliseconds), 12, '0') || '7' from 1)::uuid,
          this_moment, this_moment, of_kind, of_user, nullif(from_address, ''), nullif(left(from_agent, 200), ''),
          nullif(left(about, 100), ''), 1);
end
$$;
revoke execute on function write_security_event from public;

-- Whose request the statement serves, where it says so: {"address", "userAgent"}, set for the transaction as once.origin.
create or replace function security_origin() returns jsonb
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$ select nullif(current_setting('once.origin', true), '')::jsonb $$;
revoke execute on function security_origin from public;

-- A session that begins, and one that ends while it was good: with its own address and browser. Why it ends, once.session_end
-- may say: 'sign-out', 'password', 'operator'; unset, its user ended it.
create or replace function note_session() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  why constant text := nullif(current_setting('once.session_end', true), '');
begin
  if tg_op = 'INSERT' then
    perform write_security_event('signed-in', new.user_id, new.ip_address, new.user_agent, null);
  elsif old.expires_at > now() then
    perform write_security_event(
      case when why = 'sign-out' then 'signed-out' else 'session-ended' end, old.user_id, old.ip_address, old.user_agent,
      nullif(why, 'sign-out'));
  end if;
  return null;
end
$$;
revoke execute on function note_session from public;
create or replace trigger sessions_note after insert or delete on sessions for each row execute function note_session();

-- A password that is another one now. The one that an account begins with is none.
create or replace function note_password() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  is_reset constant boolean := coalesce(current_setting('once.password_change', true) = 'reset', false);
  origin constant jsonb := security_origin();
begin
  if tg_op = 'UPDATE' and new.password is distinct from old.password or tg_op = 'INSERT' and is_reset then
    perform write_security_event(
      case when is_reset then 'password-reset' else 'password-changed' end, new.user_id, origin ->> 'address',
      origin ->> 'userAgent', null);
  end if;
  return null;
end
$$;
revoke execute on function note_password from public;
create or replace trigger credentials_note after insert or update of password on credentials
  for each row execute function note_password();

create or replace function note_user() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  origin constant jsonb := security_origin();
begin
  if tg_op = 'INSERT' then
    perform write_security_event('signed-up', new.id, origin ->> 'address', origin ->> 'userAgent', null);
  elsif new.email is distinct from old.email then
    perform write_security_event('address-changed', new.id, origin ->> 'address', origin ->> 'userAgent', null);
  end if;
  return null;
end
$$;
revoke execute on function note_user from public;
create or replace trigger users_note after insert or update of email on users for each row execute function note_user();

-- An API key, by how it starts; the rest of it is a secret.
create or replace function note_api_key() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  origin constant jsonb := security_origin();
begin
  if tg_op = 'INSERT' then
    perform write_security_event(
      'api-key-made', new.reference_id, origin ->> 'address', origin ->> 'userAgent', new.start);
  else
    perform write_security_event(
      'api-key-revoked', old.reference_id, origin ->> 'address', origin ->> 'userAgent', old.start);
  end if;
  return null;
end
$$;
revoke execute on function note_api_key from public;
create or replace trigger api_keys_note after insert or delete on api_keys for each row execute function note_api_key();

-- Ends the session of this token as its user's signing out; one that is gone is left at that. Returns how many it ended.
create or replace function sign_out_v1(of_token text) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  ended integer;
begin
  perform assert_decisive();
  perform set_config('once.session_end', 'sign-out', true);
  delete from sessions s where s.token = of_token;
  get diagnostics ended = row_count;
  perform set_config('once.session_end', '', true);
  return ended;
end
$$;
revoke execute on function sign_out_v1 from public;

-- Counts refusals, each element of `batch` one kind, address, user and minute, with how many there were. Best effort: nothing is
-- decided from it, so its commit waits for no disk. Sorted, because several servers count in the same rows.
create or replace function record_security_events_v1(batch jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into security_events as counted (id, at, last_at, kind, user_id, address, user_agent, detail, count, tally)
  with refusals as (
    select r.*, coalesce(r.user_id, u.id) as whose,
           md5(concat_ws('|', r.kind, coalesce(r.address, '-'), coalesce(r.user_id, u.id)::text, r.minute))::uuid as tally
      from jsonb_to_recordset(batch) as r(
             id uuid, at timestamptz, last_at timestamptz, kind text, user_id uuid, email text, address text, user_agent text,
             detail text, count integer, minute bigint)
      left join users u on u.email = r.email
  )
  -- Addresses that are nobody's are counted together.
  select (array_agg(r.id order by r.at))[1], min(r.at), max(r.last_at), r.kind, r.whose, r.address,
         left((array_agg(r.user_agent order by r.at))[1], 200), left((array_agg(r.detail order by r.at))[1], 100),
         sum(r.count)::integer, r.tally
    from refusals r group by r.kind, r.whose, r.address, r.tally order by r.tally
  on conflict (tally) do update
     set count = counted.count + excluded.count, last_at = greatest(counted.last_at, excluded.last_at);
end
$$;
revoke execute on function record_security_events_v1 from public;

-- Deletes at most `rows_max` refusals that are older than 90 days, and as many events older than 400 days: longer than a year,
-- so that two years' same season can be compared. The audit log stays for ever. Returns how many went.
create or replace function prune_security_events_v1(rows_max integer) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  refusals integer;
  others integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  delete from security_events e where e.id in (
    select o.id from security_events o where o.tally is not null and o.at < now() - interval '90 days'
     order by o.at limit rows_max for update skip locked);
  get diagnostics refusals = row_count;
  delete from security_events e where e.id in (
    select o.id from security_events o where o.at < now() - interval '400 days'
     order by o.at limit rows_max for update skip locked);
  get diagnostics others = row_count;
  return refusals + others;
end
$$;
revoke execute on function prune_security_events_v1 from public;

-- An event stays as it was written: a count alone grows, and only what is old enough to be pruned goes.
create or replace function keep_security_event() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'DELETE' then
    -- In brackets: PL/pgSQL takes the first THEN outside of them for its own.
    if old.at < (now() - case when old.tally is not null then interval '90 days' else interval '400 days' end) then
      return old;
    end if;
  elsif tg_op = 'UPDATE' then
    if old.tally is not null and new.count > old.count and new.last_at >= old.last_at
       and (new.id, new.at, new.kind, new.user_id, new.address, new.user_agent, new.detail, new.tally)
             is not distinct from
           (old.id, old.at, old.kind, old.user_id, old.address, old.user_agent, old.detail, old.tally) then
      return new;
    end if;
  end if;
  raise exception 'Security events are never changed, and removed only when they are old'
    using errcode = 'integrity_constraint_violation';
end
$$;
create or replace trigger security_events_kept before update or delete on security_events
  for each row execute function keep_security_event();
create or replace trigger security_events_no_truncate before truncate on security_events
  for each statement execute function keep_security_event();
alter table security_events enable always trigger security_events_kept;
alter table security_events enable always trigger security_events_no_truncate;
