-- The state of a key for a user: settled, open, or void. Both tables are read in one statement: a read of payments before
-- keys could miss a settle between the two, and call a paid key void.
create or replace function key_state_v1(of_user uuid, asked_key uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  state text;
begin
  perform assert_decisive();
  select case
           when exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key) then 'settled'
           when exists (select 1 from idempotency_keys k
                         where k.user_id = of_user and k.key = asked_key and k.issued_in = here) then 'open'
           else 'void' end
    into state;
  perform wait_for_standbys();
  return state;
end
$$;
revoke execute on function key_state_v1 from public;
