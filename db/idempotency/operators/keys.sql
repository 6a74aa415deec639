-- What operators learn of keys, and do to them. Everybody else is told of their own keys only (state.sql, revoke.sql).

-- The state of a key, whoever it was issued to: settled or open, with its user; else void. Keys are read before payments, so that
-- what settles between the two is found, also where each statement goes to every shard. The table of open keys has no index by key alone, because it is small and each form that opens writes to it.
create or replace function find_key_v1(asked_key uuid)
returns table (state text, user_id uuid)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  paid_by uuid;
  opened_by uuid;
begin
  perform assert_decisive();
  select k.user_id into opened_by from idempotency_keys k where k.key = asked_key and k.issued_in = here limit 1;
  select p.user_id into paid_by from payments p where p.id = asked_key limit 1;
  perform wait_for_standbys();
  return query
    select case when paid_by is not null then 'settled' when opened_by is not null then 'open' else 'void' end,
           coalesce(paid_by, opened_by);
end
$$;
revoke execute on function find_key_v1 from public;

-- Revokes somebody's key for an operator, as revoke_key_v1 does for its user: the lock waits for a settle in flight; the look-up is a
-- later statement, so it sees what that settle did. Returns
--   done          it was open, is void now, and that is written to the audit log
--   unchanged     it was void already, and will never execute
--   settled       a payment exists under it; nothing was done
--   not_operator  or a frozen one: nothing was done
--   self          one's own key is revoked as everybody revokes theirs
create or replace function revoke_key_for_v1(actor uuid, of_user uuid, revoked_key uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  held idempotency_keys;
  was_open boolean;
  is_settled boolean;
begin
  perform assert_decisive();
  -- Keys before operators, as settling locks them.
  select k.* into held from idempotency_keys k where k.user_id = of_user and k.key = revoked_key for update;
  -- A key of another database counts as absent.
  was_open := found and held.issued_in = here;
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key;
  is_settled := exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key);
  if was_open and not is_settled then
    perform write_audit(
      gen_random_uuid(), actor, 'revoke-key', 'key', revoked_key::text, reason,
      jsonb_build_object('state', 'open', 'userId', of_user, 'kind', held.kind, 'purposeId', held.purpose_id,
                         'subjectId', held.subject_id),
      jsonb_build_object('state', 'void'));
    return 'done';
  end if;
  perform wait_for_standbys();
  return case when is_settled then 'settled' else 'unchanged' end;
end
$$;
revoke execute on function revoke_key_for_v1 from public;
