-- What operators do to people beside giving roles and freezing: names, sessions, API keys.

-- Renames a person. A merchant's or operator's name is one that no other of them can be taken for, however many are renamed at
-- once; receipts show the name of when they were paid (earlier-names.sql). Returns
--   done           and written to the audit log
--   unchanged      it is the name already
--   not_operator, self, unknown_user, name_taken
create or replace function rename_person_v1(
  actor uuid, of_user uuid, new_name text, new_name_skeleton text, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  role_now text;
  before_name text;
  handle_skeleton_now text;
  verdict text;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select u.role, u.name, u.handle_skeleton into role_now, before_name, handle_skeleton_now
    from users u where u.id = of_user;
  if not found then
    return 'unknown_user';
  end if;
  if before_name = new_name then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  verdict := change_role(of_user, role_now, new_name, new_name_skeleton, handle_skeleton_now);
  if verdict <> 'done' then
    return verdict;
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'rename', 'user', of_user::text, reason,
    jsonb_build_object('name', before_name), jsonb_build_object('name', new_name));
  return 'done';
end
$$;

-- Ends the session `of_session` of a person, or all of them where that is null, for good. Returns
--   done           and written to the audit log
--   unchanged      there is none (any more)
--   not_operator, self, unknown_user
create or replace function end_sessions_v1(actor uuid, of_user uuid, of_session uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  ended integer;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  if not exists (select from users u where u.id = of_user) then
    return 'unknown_user';
  end if;
  perform set_config('once.session_end', 'operator', true);
  -- What has expired is gone as well, and nothing that anybody ended.
  with gone as (
    delete from sessions s where s.user_id = of_user and (of_session is null or s.id = of_session) returning s.expires_at
  )
  select count(*) filter (where g.expires_at > now()) into ended from gone g;
  perform set_config('once.session_end', '', true);
  if ended = 0 then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'end-sessions', 'user', of_user::text, reason, null,
    jsonb_strip_nulls(jsonb_build_object('ended', ended, 'session', of_session)));
  return 'done';
end
$$;

-- Revokes the API key `of_key` of a person, or all of them where that is null, for good. One that is being made waits, and then
-- finds itself revoked with the others (judgeNewKey). Returns done, unchanged, not_operator, self or unknown_user.
create or replace function revoke_api_keys_v1(actor uuid, of_user uuid, of_key uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  revoked jsonb;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  if not exists (select from users u where u.id = of_user) then
    return 'unknown_user';
  end if;
  with gone as (
    delete from api_keys k where k.reference_id = of_user and (of_key is null or k.id = of_key)
    returning k.id, k.name, k.start
  )
  select jsonb_agg(jsonb_build_object('name', g.name, 'start', g.start) order by g.id) into revoked from gone g;
  if revoked is null then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'revoke-api-keys', 'user', of_user::text, reason,
    jsonb_build_object('keys', revoked), jsonb_build_object('keys', jsonb_build_array()));
  return 'done';
end
$$;
revoke execute on function rename_person_v1, end_sessions_v1, revoke_api_keys_v1 from public;
