-- Gets or creates the open key of (user, purpose).
--   created          the new key
--   found            the key that was open already; its expiry is extended
--   settled          this user has paid the purpose; the payment's id. No key is left open
--   other-subject    the purpose is in use for another refunded payment; refused
--   capped           the user has too many open keys; an existing key is found all the same
-- Losing a freshly inserted key in a crash is safe (it is void then), so that commit alone need not wait for the disk.
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
#variable_conflict use_variable
declare
  here constant text := database_identity();
  open_key uuid;
  open_subject uuid;
  open_until timestamptz;
  paid uuid;
  paid_subject uuid;
  outcome text;
begin
  perform assert_decisive();

  loop
    -- Find. Waits for a settle or revoke in flight, and then finds nothing.
    update idempotency_keys k
       set expires_at = greatest(k.expires_at, now() + lifetime)
     where k.user_id = for_user and k.kind = for_kind and k.purpose_id = for_purpose and k.issued_in = here
    returning k.key, k.subject_id, k.expires_at into open_key, open_subject, open_until;
    if found then
      if open_subject is distinct from for_subject then
        return query select 'other-subject', null::uuid, null::timestamptz;
        return;
      end if;
      -- A revived key whose payment was declined can never execute: it goes, and the purpose gets a new one.
      if not exists (select 1 from payments p where p.user_id = for_user and p.id = open_key) then
        outcome := 'found';
        exit;
      end if;
      delete from idempotency_keys k where k.user_id = for_user and k.key = open_key;
      open_key := null;
    end if;

    if (select count(*) from (
          select 1 from idempotency_keys k where k.user_id = for_user and k.issued_in = here limit open_keys_max) q)
        >= open_keys_max then
      outcome := 'capped';
      exit;
    end if;

    -- Or insert. A key of another database must not stand in the way; a concurrent insert sends us round again.
    delete from idempotency_keys k
     where k.user_id = for_user and k.kind = for_kind and k.purpose_id = for_purpose and k.issued_in <> here;
    insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, issued_in)
    values (for_user, new_key, for_kind, for_purpose, for_subject, now() + lifetime, here)
    on conflict (user_id, kind, purpose_id) do nothing
    returning idempotency_keys.key, idempotency_keys.expires_at into open_key, open_until;
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
    delete from idempotency_keys k where k.user_id = for_user and k.key = open_key;
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
  return query select outcome, open_key, open_until;
end
$$;
revoke execute on function issue_key_v1 from public;
