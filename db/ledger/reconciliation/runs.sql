-- Runs of reconciliation. A run is worked on by whoever has claimed it and says so again and again; one that has said nothing
-- for a while is claimed by another, and what the first still writes is not taken. No transaction stays open meanwhile: it
-- would hold the sealer back. Two that check the books at once would do no harm: they only read.

-- An operator asks for a run over all the books. Returns
--   asked          it waits, and the next server that looks begins
--   found          this very run was asked for before
--   running        another one is under way or waits: that one is enough
--   not_operator
create or replace function ask_reconcile_v1(actor uuid, run_id uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if exists (select from reconcile_runs r where r.id = run_id) then
    return 'found';
  end if;
  insert into reconcile_runs (id, kind, asked_by, asked_at)
  values (run_id, 'full', actor, date_trunc('milliseconds', clock_timestamp()))
  on conflict do nothing;
  return case when found then 'asked' else 'running' end;
end
$$;

-- Claims a run of a kind for by_holder: one that was asked for, one whose holder is gone, or a new one where one is due.
-- Returns it, or no row. A full run is due `every` so often, and where an incremental one has found something since the
-- last began; an incremental one needs a run before it to go on from. Safe on any number of servers at once. What a clock that
-- was ahead has dated in the future counts as not there: else nothing would be due, and nobody hear of it, until then.
create or replace function claim_reconcile_v1(
  by_holder uuid, wanted_kind text, every interval, alive_for interval
)
returns table (run_id uuid, was_begun boolean, from_position bigint, from_hash bytea, to_position bigint, to_hash bytea)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
  open_run reconcile_runs;
  base reconcile_runs;
  last_full reconcile_runs;
  head ledger_seal_head;
begin
  perform set_config('synchronous_commit', 'off', true);
  select r.* into open_run from reconcile_runs r
   where r.kind = wanted_kind and r.finished_at is null for update skip locked;
  if found then
    if open_run.alive_until >= now_at and open_run.alive_until <= now_at + 2 * alive_for then
      return;
    end if;
  elsif exists (select from reconcile_runs r where r.kind = wanted_kind and r.finished_at is null) then
    -- Somebody else is claiming it now.
    return;
  else
    if exists (select from reconcile_runs r where r.kind = wanted_kind and r.asked_at > now_at - every and r.asked_at <= now_at)
       and not (wanted_kind = 'full' and found_since_last_full()) then
      return;
    end if;
    if wanted_kind = 'incremental' then
      select r.* into base from reconcile_runs r
       where r.kind = 'incremental' and r.finished_at is not null and r.asked_at <= now_at
       order by r.asked_at desc, r.id desc limit 1;
      if not found then
        select r.* into base from reconcile_runs r
         where r.kind = 'full' and r.finished_at is not null and r.asked_at <= now_at
         order by r.asked_at desc, r.id desc limit 1;
        if not found then
          return;
        end if;
      end if;
    end if;
    insert into reconcile_runs (id, kind, asked_at, from_position, from_hash)
    values (gen_random_uuid(), wanted_kind, now_at, base.to_position, base.to_hash)
    on conflict do nothing
    returning * into open_run;
    if not found then
      return;
    end if;
  end if;

  select h.* into head from ledger_seal_head h where h.id = 1;
  return query
    update reconcile_runs r
       set holder = by_holder, alive_until = now_at + alive_for, started_at = coalesce(r.started_at, now_at),
           takeovers = r.takeovers + case when r.holder is null then 0 else 1 end,
           check_now = null, slice_now = 0,
           -- Where it began, also for who goes on with it.
           to_position = case when r.started_at is null then head.position else r.to_position end,
           to_hash = case when r.started_at is null then head.hash else r.to_hash end
     where r.id = open_run.id
    returning r.id, open_run.started_at is not null, r.from_position, r.from_hash, r.to_position, r.to_hash;
end
$$;

-- Whether an incremental run has found something since the last full run was asked for, which had found nothing: where the
-- full run has found it as well, another would only say so again.
create or replace function found_since_last_full() returns boolean
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
  select coalesce(bool_or(last.outcome = 'right' and exists (
           select from reconcile_runs r
            where r.kind = 'incremental' and r.outcome = 'wrong' and r.asked_at >= last.asked_at)), false)
    from (select f.outcome, f.asked_at from reconcile_runs f
           where f.kind = 'full' and f.finished_at is not null and f.asked_at <= clock_timestamp()
           order by f.asked_at desc, f.id desc limit 1) last
$$;

-- Says that by_holder is alive, and how far it is. False where the run is no longer its own.
create or replace function note_reconcile_v1(
  of_run uuid, by_holder uuid, of_check text, of_slice integer, alive_for interval
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  update reconcile_runs r
     set alive_until = clock_timestamp() + alive_for, check_now = of_check, slice_now = of_slice
   where r.id = of_run and r.holder = by_holder and r.finished_at is null;
  return found;
end
$$;

-- Writes what a check has said, once. False where the run is no longer by_holder's. What was found waits for the disk.
create or replace function add_reconcile_result_v1(
  of_run uuid, by_holder uuid, of_check text, of_outcome text, in_slices integer, in_ms integer, of_longest_ms integer,
  rows_found integer, first_rows jsonb, of_failure text
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  of_kind text;
begin
  if of_outcome = 'right' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  select r.kind into of_kind from reconcile_runs r
   where r.id = of_run and r.holder = by_holder and r.finished_at is null for no key update;
  if not found then
    return false;
  end if;
  insert into reconcile_results (
    run_id, kind, check_name, outcome, slices, total_ms, longest_ms, found, rows, failure, finished_at)
  values (of_run, of_kind, of_check, of_outcome, in_slices, in_ms, of_longest_ms, rows_found, first_rows, of_failure,
          date_trunc('milliseconds', clock_timestamp()))
  on conflict do nothing;
  return true;
end
$$;

-- Ends a run with what its checks have said together. False where it is no longer by_holder's.
create or replace function finish_reconcile_v1(of_run uuid, by_holder uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  update reconcile_runs r
     set finished_at = date_trunc('milliseconds', clock_timestamp()), check_now = null, slice_now = 0,
         outcome = (select case when bool_or(s.outcome = 'wrong') then 'wrong'
                                when bool_or(s.outcome = 'failed') then 'failed'
                                else 'right' end
                      from reconcile_results s where s.run_id = of_run)
   where r.id = of_run and r.holder = by_holder and r.finished_at is null;
  return found;
end
$$;

-- Deletes up to rows_max old runs with what they said: full ones after half a year, incremental ones after a day. Runs that
-- found something stay, and so does the last of each kind. Returns how many went.
create or replace function prune_reconcile_v1(rows_max integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  old_run uuid;
  pruned integer := 0;
begin
  perform set_config('synchronous_commit', 'off', true);
  for old_run in
    select r.id from reconcile_runs r
     where r.outcome <> 'wrong'
       and (r.kind = 'full' and r.asked_at < now() - interval '180 days'
            or r.kind = 'incremental' and r.asked_at < now() - interval '1 day')
       and exists (select from reconcile_runs later
                    where later.kind = r.kind and later.finished_at is not null and later.asked_at > r.asked_at)
     order by r.asked_at, r.id
     limit rows_max
       for update skip locked
  loop
    delete from reconcile_results s where s.run_id = old_run;
    delete from reconcile_runs r where r.id = old_run;
    pruned := pruned + 1;
  end loop;
  return pruned;
end
$$;
revoke execute on function ask_reconcile_v1, claim_reconcile_v1, found_since_last_full, note_reconcile_v1,
  add_reconcile_result_v1, finish_reconcile_v1, prune_reconcile_v1 from public;
