-- Answers that come from a read. Where synchronous standbys are configured, a row can be visible here before its standby
-- has it (after a crash of this server, or where a wait was cut short). So what is read is answered only once the
-- standby has everything that was written before: read first, then commit a small record that waits for it.

-- Makes the commit of the calling statement wait for the synchronous standbys, whatever else it writes. Without such
-- standbys it does nothing and writes nothing.
create function wait_for_standbys() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('synchronous_standby_names') <> '' then
    perform pg_logical_emit_message(true, 'once', '');
  end if;
end
$$;
--> statement-breakpoint

-- The state of a key for a user: settled, open, or void. Both tables are read in one statement: a read of payments before
-- keys could miss a settle between the two, and call a paid key void.
create function key_state_v1(of_user uuid, asked_key uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  here constant integer := wal_timeline();
  state text;
begin
  perform assert_decisive();
  select case
           when exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key) then 'settled'
           when exists (select 1 from idempotency_keys k
                         where k.user_id = of_user and k.key = asked_key and k.timeline = here) then 'open'
           else 'void' end
    into state;
  perform wait_for_standbys();
  return state;
end
$$;
--> statement-breakpoint

-- As before, and its answer has reached the standbys.
create or replace function revoke_key_v1(of_user uuid, revoked_key uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
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
--> statement-breakpoint


revoke execute on function key_state_v1 from public;
--> statement-breakpoint

-- The table of open keys is small at night and large in a rush: a plan that was made while it was small must not read all
-- of it when it has grown.
alter function issue_key_v1 set enable_seqscan = off;
--> statement-breakpoint
alter function revoke_key_v1 set enable_seqscan = off;
--> statement-breakpoint
alter function key_state_v1 set enable_seqscan = off;
