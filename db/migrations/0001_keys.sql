-- The life of an idempotency key: issued, revoked, reaped. Settling, which ends it with an outcome, is the next file.

-- The WAL timeline this server writes on. It changes with every promotion and every point-in-time restore, which may
-- bring back keys that had been consumed: those count as absent. Raises on a standby, so a standby never says "void".
create function wal_timeline() returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
$$;
--> statement-breakpoint

-- Every function that decides about a key starts here.
-- READ COMMITTED, because "look again in a later statement" sees nothing new under any other level: under REPEATABLE
-- READ a payment could be made twice. A synchronous commit, because what was decided may be told to somebody.
create function assert_decisive() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Once decides about keys under READ COMMITTED only, not under %',
      upper(current_setting('transaction_isolation'))
      using errcode = 'invalid_transaction_state', hint = 'Set default_transaction_isolation to "read committed".';
  end if;
  if current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then
    perform set_config('synchronous_commit', 'on', true);
  end if;
end
$$;
--> statement-breakpoint

-- Gets or creates the open key of (user, purpose).
--   created          the new key
--   found            the key that was open already; its expiry is extended
--   settled          this user has paid the purpose; the payment's id. No key is left open
--   other-subject    the purpose is in use for another refunded payment; refused
--   capped           the user has too many open keys; an existing key is found all the same
-- Losing a freshly inserted key in a crash is safe (it is void then), so that commit alone need not wait for the disk.
create function issue_key_v1(
  for_user uuid, new_key uuid, for_kind text, for_purpose uuid, for_subject uuid, lifetime interval, open_keys_max integer
)
returns table (verdict text, key uuid, expires_at timestamptz)
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  here constant integer := wal_timeline();
  open_key idempotency_keys;
  paid uuid;
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
      outcome := 'found';
      exit;
    end if;

    if (select count(*) from (select 1 from idempotency_keys k where k.user_id = for_user limit open_keys_max) q)
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
  select p.id into paid
    from payments p
   where p.user_id = for_user and p.kind = for_kind and p.purpose_id = for_purpose and p.status = 'succeeded';
  if found then
    delete from idempotency_keys k where k.user_id = for_user and k.key = open_key.key;
    return query select 'settled', paid, null::timestamptz;
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

-- Ends a key for certain. True: it was open, or never was, and will never execute. False: a payment exists under it.
-- The delete waits for a settle in flight; the look-up is a later statement, so it sees what that settle did.
create function revoke_key_v1(of_user uuid, revoked_key uuid)
returns boolean
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform assert_decisive();
  delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key;
  return not exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key);
end
$$;
--> statement-breakpoint

-- Deletes up to rows_max keys whose expiry permits it, and says how many. Safe on any number of servers at once: rows
-- that a settle holds are skipped, the others are taken in the order that everything else locks keys in.
create function reap_keys_v1(rows_max integer)
returns integer
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  expired record;
  reaped integer := 0;
begin
  perform assert_decisive();
  for expired in
    select k.user_id, k.key from idempotency_keys k
     where k.expires_at < now()
     order by k.user_id, k.key
     limit rows_max
       for update skip locked
  loop
    delete from idempotency_keys k where k.user_id = expired.user_id and k.key = expired.key;
    reaped := reaped + 1;
  end loop;
  return reaped;
end
$$;
