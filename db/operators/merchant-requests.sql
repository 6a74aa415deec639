-- Asks to be a merchant. Returns 'made'; 'found' where this very request is there already; 'pending' where another one of
-- theirs waits; 'not_payer' where they are a merchant or an operator. A user's requests take turns by their row's lock.
create or replace function request_merchant_v1(request_id uuid, for_user uuid, wanted_name text, they_sell text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  current_role_of text;
begin
  perform assert_decisive();
  select u.role into current_role_of from users u where u.id = for_user for no key update;
  if exists (select from merchant_requests r where r.id = request_id and r.user_id = for_user) then
    perform wait_for_standbys();
    return 'found';
  end if;
  if current_role_of is distinct from 'payer' then
    return 'not_payer';
  end if;
  if exists (select from merchant_requests r where r.user_id = for_user and r.state = 'pending') then
    return 'pending';
  end if;
  insert into merchant_requests (id, user_id, business_name, sells, state, created_at)
  values (request_id, for_user, wanted_name, they_sell, 'pending', date_trunc('milliseconds', clock_timestamp()));
  return 'made';
end
$$;
revoke execute on function request_merchant_v1 from public;

-- Decides a request once. Approving makes its user a merchant under the name that they asked for. Returns
--   done          and written to the audit log
--   unchanged     it was decided so already
--   decided       it was decided otherwise
--   not_operator, self, unknown_request, not_payer, name_taken, handle_taken
create or replace function decide_merchant_request_v1(
  actor uuid, request_id uuid, approve boolean, name_skeleton text, handle_skeleton text, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  of_user uuid;
  state_now text;
  wanted_name text;
  before_role text;
  before_name text;
  outcome constant text := case when approve then 'approved' else 'declined' end;
  verdict text;
begin
  perform assert_decisive();
  select r.user_id into of_user from merchant_requests r where r.id = request_id;
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if of_user is null then
    return 'unknown_request';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select r.state, r.business_name into state_now, wanted_name
    from merchant_requests r where r.id = request_id for no key update;
  if state_now <> 'pending' then
    perform wait_for_standbys();
    return case when state_now = outcome then 'unchanged' else 'decided' end;
  end if;
  select u.role, u.name into before_role, before_name from users u where u.id = of_user;
  if approve then
    if before_role <> 'payer' then
      return 'not_payer';
    end if;
    verdict := change_role(of_user, 'merchant', wanted_name, name_skeleton, handle_skeleton);
    if verdict <> 'done' then
      return verdict;
    end if;
  end if;
  update merchant_requests r
     set state = outcome, decided_by = actor, decision_reason = reason,
         decided_at = date_trunc('milliseconds', clock_timestamp())
   where r.id = request_id;
  if approve then
    perform write_audit(
      gen_random_uuid(), actor, 'role', 'user', of_user::text, reason,
      jsonb_build_object('role', before_role, 'name', before_name),
      jsonb_build_object('role', 'merchant', 'name', wanted_name, 'request', request_id));
  else
    perform write_audit(
      gen_random_uuid(), actor, 'merchant-declined', 'user', of_user::text, reason, null,
      jsonb_build_object('name', wanted_name, 'request', request_id));
  end if;
  return 'done';
end
$$;
revoke execute on function decide_merchant_request_v1 from public;
