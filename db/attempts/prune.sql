-- One step through the arrivals older than 30 days, oldest first: looks at no more than rows_max, starting after the
-- given arrival (null: at the oldest), and deletes those whose key never became a payment, or a flood of void keys would fill
-- the disk. Arrivals of a payment stay, and so do those of an open key, for now. Returns how many it looked at, how many it
-- deleted, and the last it looked at, where the next step starts: it need not read again what stays. Safe on several servers
-- at once: all delete in the same order.
create or replace function prune_attempts_v1(after_arrival timestamptz, after_id uuid, rows_max integer)
returns table (seen integer, pruned integer, last_arrival timestamptz, last_id uuid)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  attempt record;
begin
  perform set_config('synchronous_commit', 'off', true);
  seen := 0;
  pruned := 0;
  for attempt in
    select a.user_id, a.key, a.id, a.arrived_at
      from payment_attempts a
     where (a.arrived_at, a.id) > (
             coalesce(after_arrival, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
       and a.arrived_at < now() - interval '30 days'
     order by a.arrived_at, a.id
     limit rows_max
  loop
    seen := seen + 1;
    last_arrival := attempt.arrived_at;
    last_id := attempt.id;
    -- One statement looks at both tables: a key that is settled meanwhile is in one of them.
    delete from payment_attempts a
     where a.user_id = attempt.user_id and a.key = attempt.key and a.id = attempt.id
       and not exists (select 1 from payments p where p.user_id = attempt.user_id and p.id = attempt.key)
       and not exists (select 1 from idempotency_keys k where k.user_id = attempt.user_id and k.key = attempt.key);
    if found then
      pruned := pruned + 1;
    end if;
  end loop;
  return next;
end
$$;
revoke execute on function prune_attempts_v1 from public;
