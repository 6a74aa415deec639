-- Revokes a key. True: it was open, or never was, and will never execute. False: a payment exists under it.
-- The delete waits for a settle in flight; the look-up is a later statement, so it sees what that settle did.
create or replace function revoke_key_v1(of_user uuid, revoked_key uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  is_settled boolean;
begin
  perform assert_decisive();
  delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key;
  is_settled := exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key);
  perform wait_for_standbys();
  return not is_settled;
end
$$;
revoke execute on function revoke_key_v1 from public;
