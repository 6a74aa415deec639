CREATE TABLE "reconcile_results" (
	"run_id" uuid NOT NULL,
	"check_name" text NOT NULL,
	"outcome" text NOT NULL,
	"slices" integer NOT NULL,
	"total_ms" integer NOT NULL,
	"longest_ms" integer NOT NULL,
	"found" integer NOT NULL,
	"rows" jsonb NOT NULL,
	"failure" text,
	"finished_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reconcile_results_pkey" PRIMARY KEY("run_id","check_name"),
	CONSTRAINT "reconcile_results_outcome_known" CHECK ("reconcile_results"."outcome" in ('right', 'wrong', 'failed')),
	CONSTRAINT "reconcile_results_found" CHECK (("reconcile_results"."outcome" = 'wrong') = ("reconcile_results"."found" > 0))
);
--> statement-breakpoint
CREATE TABLE "reconcile_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"asked_by" uuid,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"holder" uuid,
	"alive_until" timestamp (3) with time zone,
	"takeovers" integer DEFAULT 0 NOT NULL,
	"check_now" text,
	"slice_now" integer DEFAULT 0 NOT NULL,
	"from_position" bigint,
	"from_hash" "bytea",
	"to_position" bigint,
	"to_hash" "bytea",
	"finished_at" timestamp (3) with time zone,
	"outcome" text,
	CONSTRAINT "reconcile_runs_kind_known" CHECK ("reconcile_runs"."kind" in ('full', 'incremental')),
	CONSTRAINT "reconcile_runs_end_whole" CHECK (("reconcile_runs"."finished_at" is null) = ("reconcile_runs"."outcome" is null) and "reconcile_runs"."outcome" in ('right', 'wrong', 'failed'))
);
--> statement-breakpoint
CREATE TABLE "service_minutes" (
	"minute" timestamp (3) with time zone NOT NULL,
	"server" uuid NOT NULL,
	"counts" jsonb NOT NULL,
	"levels" jsonb NOT NULL,
	CONSTRAINT "service_minutes_pkey" PRIMARY KEY("minute","server")
);
--> statement-breakpoint
CREATE INDEX "reconcile_results_check" ON "reconcile_results" USING btree ("check_name","finished_at");--> statement-breakpoint
CREATE UNIQUE INDEX "reconcile_runs_one_open" ON "reconcile_runs" USING btree ("kind") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX "reconcile_runs_asked" ON "reconcile_runs" USING btree ("kind","asked_at","id");--> statement-breakpoint
CREATE INDEX "reconcile_runs_outcome" ON "reconcile_runs" USING btree ("kind","outcome","asked_at");
--> statement-breakpoint
-- Verifies a slice of the journal: up to rows_max seals after the given one, whose hash the caller has from the slice before
-- (position 0 has the hash zero). Returns its first fault, or none, and the last seal it read, which the next slice goes on
-- from; as verify_seals_v1 does for the whole journal, which holds a snapshot for as long as that takes.
--   altered    the transfer, its payment or the seal is not what was sealed
--   missing    the transfer or its payment is gone
--   gap        the seal of this position is gone
create or replace function verify_seals_slice_v1(after_position bigint, after_hash bytea, rows_max integer)
returns table (seals integer, last_position bigint, last_hash bytea, "position" bigint, transfer_id uuid, fault text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  with slice as (
    select s.position, s.transfer_id, s.sealed_at, s.hash from ledger_seals s
     where s.position > verify_seals_slice_v1.after_position
     order by s.position limit verify_seals_slice_v1.rows_max
  ), chain as (
    select s.*, lag(s.position, 1, verify_seals_slice_v1.after_position) over journal as position_before,
           lag(s.hash, 1, verify_seals_slice_v1.after_hash) over journal as hash_before
      from slice s
    window journal as (order by s.position)
  ), broken as (
    select c.position, c.transfer_id, c.position_before, t.id is null or p.id is null as incomplete
      from chain c
      left join ledger_transfers t on t.id = c.transfer_id
      left join payments p on p.id = c.transfer_id
     where c.position <> c.position_before + 1
        or sha256(c.hash_before || sealed_content_v1(c.sealed_at, t.*, p.*)) is distinct from c.hash
     order by c.position limit 1
  )
  select (select count(*)::integer from slice), last.position, last.hash,
         case when b.position > b.position_before + 1 then b.position_before + 1 else b.position end,
         case when b.position > b.position_before + 1 then null else b.transfer_id end,
         case when b.position is null then null
              when b.position > b.position_before + 1 then 'gap'
              when b.incomplete then 'missing'
              else 'altered' end
    from (select 1) always
    left join (select s.position, s.hash from slice s order by s.position desc limit 1) last on true
    left join broken b on true
$$;
--> statement-breakpoint
revoke execute on function verify_seals_slice_v1 from public;
--> statement-breakpoint
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
--> statement-breakpoint
-- Claims a run of a kind for by_holder: one that was asked for, one whose holder is gone, or a new one where one is due.
-- Returns it, or no row. A full run is due `every` so often, and where an incremental one has found something since the
-- last began; an incremental one needs a run before it to go on from. Safe on any number of servers at once.
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
    if open_run.alive_until >= now_at then
      return;
    end if;
  elsif exists (select from reconcile_runs r where r.kind = wanted_kind and r.finished_at is null) then
    -- Somebody else is claiming it now.
    return;
  else
    if exists (select from reconcile_runs r where r.kind = wanted_kind and r.asked_at > now_at - every)
       and not (wanted_kind = 'full' and found_since_last_full()) then
      return;
    end if;
    if wanted_kind = 'incremental' then
      select r.* into base from reconcile_runs r
       where r.kind = 'incremental' and r.finished_at is not null order by r.asked_at desc, r.id desc limit 1;
      if not found then
        select r.* into base from reconcile_runs r
         where r.kind = 'full' and r.finished_at is not null order by r.asked_at desc, r.id desc limit 1;
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
--> statement-breakpoint
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
           where f.kind = 'full' and f.finished_at is not null order by f.asked_at desc, f.id desc limit 1) last
$$;
--> statement-breakpoint
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
--> statement-breakpoint
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
begin
  if of_outcome = 'right' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  perform from reconcile_runs r
    where r.id = of_run and r.holder = by_holder and r.finished_at is null for no key update;
  if not found then
    return false;
  end if;
  insert into reconcile_results (run_id, check_name, outcome, slices, total_ms, longest_ms, found, rows, failure, finished_at)
  values (of_run, of_check, of_outcome, in_slices, in_ms, of_longest_ms, rows_found, first_rows, of_failure,
          date_trunc('milliseconds', clock_timestamp()))
  on conflict do nothing;
  return true;
end
$$;
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
revoke execute on function ask_reconcile_v1, claim_reconcile_v1, found_since_last_full, note_reconcile_v1,
  add_reconcile_result_v1, finish_reconcile_v1, prune_reconcile_v1 from public;
--> statement-breakpoint
-- Writes what one server saw in some minutes, whole: the same minute again replaces what it had said before, so a call that
-- is sent again counts nothing twice. Nobody waits for it, and its commit waits for no disk. Deletes what is older than eight
-- days, which is more than a chart shows.
create or replace function record_service_minutes_v1(of_server uuid, batch jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into service_minutes (minute, server, counts, levels)
  select m.minute, of_server, m.counts, m.levels
    from jsonb_to_recordset(batch) as m(minute timestamptz, counts jsonb, levels jsonb)
   order by m.minute
  on conflict (minute, server) do update set counts = excluded.counts, levels = excluded.levels;
  delete from service_minutes s
   where (s.minute, s.server) in (
           select old.minute, old.server from service_minutes old
            where old.minute < now() - interval '8 days'
            order by old.minute, old.server limit 500 for update skip locked);
end
$$;
--> statement-breakpoint
revoke execute on function record_service_minutes_v1 from public;
--> statement-breakpoint
-- The application's role may read and call the functions, and may not write money tables itself. Start-up calls this as the
-- owner of the tables for the role that the application logs in as, so that a role given by DATABASE_URL gets what the
-- embedded server's once_app has. The functions with a version in their name are the API; the others are internal.
create or replace function grant_to_application(app_role name) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  entrance regprocedure;
begin
  execute format('grant usage on schema public to %I', app_role);
  execute format('grant select on all tables in schema public to %I', app_role);
  -- Readiness looks whether this build's migrations are there.
  if to_regclass('drizzle.__drizzle_migrations') is not null then
    execute format('grant usage on schema drizzle to %I', app_role);
    execute format('grant select on drizzle.__drizzle_migrations to %I', app_role);
  end if;
  execute format('grant insert, update, delete on users, sessions, credentials, verifications, rate_limits, api_keys to %I',
                 app_role);
  execute format('grant insert, update, delete on mail_outbox, pending_sign_ups to %I', app_role);
  execute format('grant insert on orders, payment_links to %I', app_role);
  -- Cancelling is cancel_order_v1's; an application of before could write the column itself.
  execute format('revoke update (cancelled_at) on orders from %I', app_role);
  for entrance in
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.proname ~ '_v[0-9]+$'
  loop
    execute format('grant execute on function %s to %I', entrance, app_role);
  end loop;
end
$$;
--> statement-breakpoint
revoke execute on function grant_to_application from public;
