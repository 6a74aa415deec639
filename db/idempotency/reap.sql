-- Deletes up to rows_max expired keys, and returns how many. Safe on any number of servers at once: rows
-- that a settle has locked are skipped, the others are locked in the same order as everywhere.
create or replace function reap_keys_v1(rows_max integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  longest constant interval := interval '2 days';
  of_interest record;
  reaped integer := 0;
begin
  perform assert_decisive();
  for of_interest in
    select k.user_id, k.key, k.expires_at < now() as has_expired from idempotency_keys k
     where k.expires_at < now() or k.expires_at > now() + longest
     order by k.user_id, k.key
     limit rows_max
       for update skip locked
  loop
    if of_interest.has_expired then
      delete from idempotency_keys k where k.user_id = of_interest.user_id and k.key = of_interest.key;
    else
      update idempotency_keys k set expires_at = now() + longest
       where k.user_id = of_interest.user_id and k.key = of_interest.key;
    end if;
    reaped := reaped + 1;
  end loop;
  return reaped;
end
$$;
revoke execute on function reap_keys_v1 from public;

-- Voids every open key, and returns how many. For use after the server's files were restored from a snapshot or a copy,
-- which brings back keys that were void or paid, under the same identity. Only the owner may call it.
create or replace function void_open_keys() returns integer
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  gone integer;
begin
  perform assert_decisive();
  delete from idempotency_keys;
  get diagnostics gone = row_count;
  return gone;
end
$$;
revoke execute on function void_open_keys from public;
