-- Roles. A merchant and an operator each have a name and a handle that nobody else of them can be taken for: the skeletons
-- (lib/text/reserved-names.ts computes them) are unique, so that of two who become merchants at once one is told.

-- The application signs people up, as payers, and changes what they may change themselves. Roles, frozen people and the
-- names of those whom others trust are changed by the functions below alone, which write the audit log.
create or replace function guard_user() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  is_owner constant boolean := pg_has_role(current_user, (select c.relowner from pg_class c where c.oid = tg_relid), 'usage');
begin
  if is_owner then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- Builds of before there was this trigger insert the demo's people, and leave those alone who are there. Locked, so that
    -- it is not deleted before the insert meets it.
    perform from users u where u.id = new.id and u.role = new.role for key share;
    if found then
      return new;
    end if;
    if new.role <> 'payer' or new.frozen_at is not null or new.name_skeleton is not null or new.handle_skeleton is not null then
      raise exception 'People sign up as payers' using errcode = 'insufficient_privilege';
    end if;
  elsif (new.role, new.frozen_at, new.name_skeleton, new.handle_skeleton)
          is distinct from (old.role, old.frozen_at, old.name_skeleton, old.handle_skeleton)
     or (new.role <> 'payer' and (new.name, new.handle) is distinct from (old.name, old.handle)) then
    raise exception 'Roles, frozen people and trusted names are changed by an operator' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
create or replace trigger users_guard before insert or update on users for each row execute function guard_user();

-- Gives a user a role, a name and the skeletons of both. Internal; its callers hold the user's row. Returns 'done', or
-- 'name_taken' or 'handle_taken' where a merchant or operator could be taken for them.
create or replace function change_role(
  of_user uuid, new_role text, new_name text, new_name_skeleton text, new_handle_skeleton text
)
returns text
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  violated text;
begin
  update users u
     set role = new_role, name = coalesce(new_name, u.name), updated_at = now(),
         name_skeleton = case when new_role <> 'payer' then new_name_skeleton end,
         handle_skeleton = case when new_role <> 'payer' then new_handle_skeleton end
   where u.id = of_user;
  return 'done';
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated = 'users_name_skeleton_unique' then
    return 'name_taken';
  elsif violated = 'users_handle_skeleton_unique' then
    return 'handle_taken';
  end if;
  raise;
end
$$;
revoke execute on function change_role from public;

-- Makes `of_user` a payer, a merchant or an operator, under `new_name` where that is not null. Returns
--   done           and written to the audit log; a request to be a merchant that is pending is thereby approved
--   unchanged      it was so already; nothing was written
--   not_operator   `actor` is no operator, or is frozen
--   self           nobody changes their own role: so there is always an operator left
--   unknown_user, name_taken, handle_taken
create or replace function set_role_v1(
  actor uuid, of_user uuid, new_role text, new_name text, new_name_skeleton text, new_handle_skeleton text, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  before_role text;
  before_name text;
  verdict text;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select u.role, u.name into before_role, before_name from users u where u.id = of_user;
  if not found then
    return 'unknown_user';
  end if;
  if before_role = new_role and before_name = coalesce(new_name, before_name) then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  verdict := change_role(of_user, new_role, new_name, new_name_skeleton, new_handle_skeleton);
  if verdict <> 'done' then
    return verdict;
  end if;
  if new_role = 'merchant' then
    update merchant_requests r
       set state = 'approved', decided_by = actor, decision_reason = reason,
           decided_at = date_trunc('milliseconds', clock_timestamp())
     where r.user_id = of_user and r.state = 'pending';
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'role', 'user', of_user::text, reason,
    jsonb_build_object('role', before_role, 'name', before_name),
    jsonb_build_object('role', new_role, 'name', coalesce(new_name, before_name)));
  return 'done';
end
$$;
revoke execute on function set_role_v1 from public;

-- Makes the operator that a new service begins with, with the hash of a password. Returns 'done'; 'exists' where somebody can
-- sign in as an operator already; 'email_taken', 'handle_taken' or 'name_taken'. Its row of the audit log has a fixed id: of
-- several calls at once one makes an operator. For the owner of the tables alone.
create or replace function make_first_operator(
  new_id uuid, with_email text, with_name text, with_handle text, with_name_skeleton text, with_handle_skeleton text,
  password_hash text
)
returns text
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  violated text;
begin
  perform assert_decisive();
  if exists (select from users u where u.role = 'operator' and u.frozen_at is null
                and exists (select from credentials c where c.user_id = u.id and c.password is not null)) then
    return 'exists';
  end if;
  insert into audit_log (id, actor_id, action, subject_kind, subject_id, reason, before, after, at)
  values ('00000000-0000-8000-8000-000000000001', new_id, 'first-operator', 'user', new_id::text, 'Set-up', null,
          jsonb_build_object('role', 'operator', 'name', with_name), date_trunc('milliseconds', clock_timestamp()))
  on conflict (id) do nothing;
  if not found then
    return 'exists';
  end if;
  insert into users (id, name, email, email_verified, handle, role, name_skeleton, handle_skeleton)
  values (new_id, with_name, with_email, true, with_handle, 'operator', with_name_skeleton, with_handle_skeleton);
  insert into credentials (id, user_id, provider_id, account_id, password)
  values (gen_random_uuid(), new_id, 'credential', new_id::text, password_hash);
  return 'done';
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated in ('users_email_unique', 'email_addresses_pkey') then
    return 'email_taken';
  elsif violated in ('users_handle_unique', 'users_handle_skeleton_unique') then
    return 'handle_taken';
  elsif violated = 'users_name_skeleton_unique' then
    return 'name_taken';
  end if;
  raise;
end
$$;
revoke execute on function make_first_operator from public;
