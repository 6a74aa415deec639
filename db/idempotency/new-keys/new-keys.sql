-- Issues the keys of a batch that nothing stands in the way of, as issue_key_v1 does and in its order: an insert, which waits for
-- a settle in flight; then, in a later statement, the look for a succeeded payment of the purpose. Whatever comes in between (a row of
-- the purpose, its payment, a full cap, an order that is not there) leaves that entry without a key, and issue_key_v1 says what it is.
-- The keys are inserted in one order everywhere, so that batches do not wait for each other in a circle.
-- `batch`: a JSON array of {n, user_id, key, kind, purpose_id, subject_id, count_max}. Where count_max is not null, the user's open
-- keys are counted so far, once for all entries of theirs, and so many are too many.
-- Returns each entry's number, when its key expires (null: it has none), and what was counted.
create or replace function issue_new_keys_v1(batch jsonb, lifetime interval)
returns table (n integer, expires_at timestamptz, open_keys integer)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
-- The others of the batch wait as well: whoever meets a lock that is held longer is issued a key alone.
set lock_timeout = '100ms'
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  wanted record;
  counted_of uuid;
  counted_max integer;
  counted integer;
begin
  perform assert_decisive();
  for wanted in
    select w.* from jsonb_to_recordset(batch) w (
      n integer, user_id uuid, key uuid, kind text, purpose_id uuid, subject_id uuid, count_max integer)
     order by w.user_id, w.kind, w.purpose_id
  loop
    n := wanted.n;
    expires_at := null;
    open_keys := null;
    if wanted.count_max is not null then
      if (wanted.user_id, wanted.count_max) is distinct from (counted_of, counted_max) then
        select count(*) into counted from (
          select from idempotency_keys k where k.user_id = wanted.user_id and k.issued_in = here limit wanted.count_max) q;
        counted_of := wanted.user_id;
        counted_max := wanted.count_max;
      end if;
      open_keys := counted;
    end if;
    if (open_keys is null or open_keys < wanted.count_max)
      and (wanted.kind <> 'order' or exists (select from orders o where o.id = wanted.purpose_id)) then
      insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, issued_in)
      values (wanted.user_id, wanted.key, wanted.kind, wanted.purpose_id, wanted.subject_id, now() + lifetime, here)
      on conflict (user_id, kind, purpose_id) do nothing
      returning idempotency_keys.expires_at into expires_at;
      -- A later statement, so it sees a settle that the insert waited for.
      if found and exists (
        select from payments p
         where p.user_id = wanted.user_id and p.kind = wanted.kind and p.purpose_id = wanted.purpose_id
           and p.status = 'succeeded') then
        delete from idempotency_keys k where k.user_id = wanted.user_id and k.key = wanted.key;
        expires_at := null;
      end if;
      if expires_at is not null then
        counted := counted + 1;
      end if;
    end if;
    return next;
  end loop;

  -- What is set last counts at commit. Losing new keys in a crash is safe: they are void then.
  perform set_config('synchronous_commit', 'off', true);
end
$$;
revoke execute on function issue_new_keys_v1 from public;
