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

-- As before, and: `settled` has reached the standbys, also where there is no key to delete; keys of another timeline take
-- no room; a revived key that was declined is not handed out again; an intent that has refunded another payment is refused.
-- `new_key` must be new at every call: sent twice, it could bring a key back that had been called void.
create or replace function issue_key_v1(
  for_user uuid, new_key uuid, for_kind text, for_purpose uuid, for_subject uuid, lifetime interval, open_keys_max integer
)
returns table (verdict text, key uuid, expires_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
-- The table of open keys is small at night and large in a rush: a plan that was made while it was small must not read all
-- of it when it has grown. So below, too.
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
  here constant integer := wal_timeline();
  open_key idempotency_keys;
  paid uuid;
  paid_subject uuid;
  outcome text;
begin
  perform assert_decisive();

  loop
    -- Find. Waits for a settle or revoke in flight, and then finds nothing.
    update idempotency_keys k
       set expires_at = greatest(k.expires_at, now() + lifetime)
     where k.user_id = for_user and k.kind = for_kind and k.purpose_id = for_purpose and k.timeline = here
    returning k.* into open_key;
    if found then
      if open_key.subject_id is distinct from for_subject then
        return query select 'other-subject', null::uuid, null::timestamptz;
        return;
      end if;
      -- A revived key whose payment was declined can never execute: it goes, and the purpose gets a new one.
      if not exists (select 1 from payments p where p.user_id = for_user and p.id = open_key.key) then
        outcome := 'found';
        exit;
      end if;
      delete from idempotency_keys k where k.user_id = for_user and k.key = open_key.key;
      open_key := null;
    end if;

    if (select count(*) from (
          select 1 from idempotency_keys k where k.user_id = for_user and k.timeline = here limit open_keys_max) q)
        >= open_keys_max then
      outcome := 'capped';
      exit;
    end if;

    -- Or insert. A key of another timeline must not stand in the way; a concurrent insert sends us round again.
    delete from idempotency_keys k
     where k.user_id = for_user and k.kind = for_kind and k.purpose_id = for_purpose and k.timeline <> here;
    insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, timeline)
    values (for_user, new_key, for_kind, for_purpose, for_subject, now() + lifetime, here)
    on conflict (user_id, kind, purpose_id) do nothing
    returning * into open_key;
    if found then
      outcome := 'created';
      exit;
    end if;
  end loop;

  -- A later statement, so it sees a settle that the insert above waited for.
  select p.id, p.subject_id into paid, paid_subject
    from payments p
   where p.user_id = for_user and p.kind = for_kind and p.purpose_id = for_purpose and p.status = 'succeeded';
  if found then
    delete from idempotency_keys k where k.user_id = for_user and k.key = open_key.key;
    perform wait_for_standbys();
    if paid_subject is distinct from for_subject then
      return query select 'other-subject', null::uuid, null::timestamptz;
    else
      return query select 'settled', paid, null::timestamptz;
    end if;
    return;
  end if;

  -- What is set last counts at commit.
  if outcome = 'created' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return query select outcome, open_key.key, open_key.expires_at;
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
--> statement-breakpoint

alter function revoke_key_v1 set enable_seqscan = off;
--> statement-breakpoint
alter function key_state_v1 set enable_seqscan = off;
