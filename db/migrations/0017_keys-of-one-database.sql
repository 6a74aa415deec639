-- A key belongs to the database it was issued in, and to no copy of it. Money functions name every column and keep rows in
-- types of their own, so that a column which a neighbouring build adds stops nothing. Days are counted by the time under the
-- locks. Whatever fences money off (cancelling an order, ending a session or an API key) commits synchronously.

-- No key outlives this: of one that is open here nobody can tell where it was issued. Losing an open key is safe.
delete from idempotency_keys;
--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "issued_in" text NOT NULL;
--> statement-breakpoint
ALTER TABLE "idempotency_keys" DROP COLUMN "timeline";
--> statement-breakpoint

-- Which database this is: the server, the database, the table of open keys and the WAL timeline. Each changes where a copy is made
-- that could bring back a key that was called void: a dump restored on another server, in another database, over this one
-- (the table is made anew), a promotion, a restore to a point in time. What a copy of the server's files shares with it,
-- nothing in the database can tell apart: `npm run restored` (void_open_keys). Raises on a standby, so a standby
-- never says "void".
create function database_identity() returns text
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws('/', public.journal_server(), d.oid, pg_catalog.to_regclass('public.idempotency_keys')::oid,
                   public.wal_timeline())
    from pg_database d where d.datname = current_database()
$$;
--> statement-breakpoint

-- As before. What is read of a key is named, and a key of another database counts as absent.
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
    returning key, expires_at into open_key, open_until;
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
--> statement-breakpoint

-- As before, for keys of this database.
create or replace function key_state_v1(of_user uuid, asked_key uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
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
--> statement-breakpoint

-- As before. And a key whose expiry lies further ahead than any lifetime reaches, because the clock was ahead when it was issued,
-- expires in two days from now: the room it takes among its user's open keys would not come back until then.
create or replace function reap_keys_v1(rows_max integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
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
--> statement-breakpoint

-- Voids every open key, and says how many. For whoever has put the server's files back from a snapshot or a copy, which
-- brings back keys that had been called void or were paid, under the same identity. The owner's alone to call.
create function void_open_keys() returns integer
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  gone integer;
begin
  perform assert_decisive();
  delete from idempotency_keys;
  get diagnostics gone = row_count;
  return gone;
end
$$;
--> statement-breakpoint
revoke execute on function void_open_keys from public;
--> statement-breakpoint

-- Makes the journal take its next step as after a restore from another server: every transfer without a seal is taken once,
-- whatever transaction it claims, and sealing goes on in this server's numbering. A copy shares the server's
-- identifier without sharing its numbering, so this is said, not found out. The owner's alone to call.
create function journal_was_restored() returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform assert_decisive();
  -- No server has this identifier.
  update ledger_seal_head h set system_identifier = -1 where h.id = 1;
end
$$;
--> statement-breakpoint
revoke execute on function journal_was_restored from public;
--> statement-breakpoint

-- What is locked and what will be written, by the columns that settling means. A table's own row type has whatever columns
-- the table has got meanwhile.
create type settlement_key as (user_id uuid, key uuid, kind text, purpose_id uuid, subject_id uuid);
--> statement-breakpoint
create type settlement_outcome as (
  user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text, decline_code text, amount_minor bigint,
  currency text, payer_account_id uuid, payee_account_id uuid, note text, request_hash bytea, renderer smallint,
  settled_at timestamptz
);
--> statement-breakpoint
create type settlement_transfer as (
  id uuid, debit_account_id uuid, credit_account_id uuid, amount_minor bigint, currency text, debit_balance_minor bigint,
  debit_version bigint, credit_balance_minor bigint, credit_version bigint, created_at timestamptz
);
--> statement-breakpoint
-- The day that `day_out_minor` counts, as the row has it.
alter type settlement_account add attribute day date;
--> statement-breakpoint

drop function lock_keys;
--> statement-breakpoint
-- The open keys of the entries: each entry's own user's and its own key, issued in this database.
create function lock_keys(entries settlement_entry[]) returns settlement_key[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  here constant text := database_identity();
  wanted record;
  held settlement_key;
  all_held settlement_key[] := '{}';
begin
  for wanted in
    select distinct e.user_id, e.key from unnest(entries) e
     where e.user_id is not null and e.key is not null order by 1, 2
  loop
    select k.user_id, k.key, k.kind, k.purpose_id, k.subject_id into held from idempotency_keys k
     where k.user_id = wanted.user_id and k.key = wanted.key and k.issued_in = here
       for update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint

drop function lock_accounts;
--> statement-breakpoint
-- With what has left each account on the day that its row counts. Which day it is now is asked under these locks.
create function lock_accounts(ids uuid[]) returns settlement_account[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  wanted uuid;
  held settlement_account;
  all_held settlement_account[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select a.id, a.owner_id, a.currency, a.balance_minor, a.min_balance_minor, a.version, a.closed_at is not null,
           a.day_out_minor, a.day_limit_minor, false, a.day
      into held from ledger_accounts a where a.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint

-- What left an account by orders and transfers on a day (UTC) other than the one that its row counts. An account counts the
-- latest day that it paid on. Where that is to come (the clock was ahead when it was written), the day that it is
-- now is counted from the payments themselves: a clock that was wrong once neither locks an account nor frees it.
create function day_out_of(account settlement_account, of_day date) returns bigint
language sql stable
as $$
  select case when account.day > of_day and account.day_limit_minor is not null then (
    select least(coalesce(sum(p.amount_minor), 0), 9223372036854775807)::bigint
      from payments p
     where p.user_id = account.owner_id and p.payer_account_id = account.id
       and p.status = 'succeeded' and p.kind in ('order', 'transfer')
       and p.settled_at >= of_day::timestamp at time zone 'UTC'
       and p.settled_at < (of_day + 1)::timestamp at time zone 'UTC')
  else 0 end
$$;
--> statement-breakpoint

-- As in 0016, but for what stands at the top of this file.

-- Answers each entry of `batch` (a JSON array of settlement_entry), in order, with a verdict:
--   settled    this entry was executed: paid or declined, recorded for ever, the key consumed
--   replayed   the key has this outcome already, for the same request
--   reused     the key has this outcome already, for another request
--   mismatch   the key is open, but for another purpose; nothing consumed
--   refused    the request cannot be executed as it is (`reason`); nothing consumed
--   void       the key is not open for this user: it never executed and never will
-- With settled, replayed and reused comes the payment's row.
create or replace function settle_payments_v1(batch jsonb)
returns table (
  n integer, verdict text, reason text, user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text,
  decline_code text, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid, note text,
  renderer smallint, settled_at timestamptz
)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
-- Planning a dozen statements anew costs more than executing them; and a plan that was made while a table was small must
-- not read all of it when it has grown: every row here is found by an index.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_column
declare
  entries constant settlement_entry[] := array(
    select jsonb_populate_record(null::settlement_entry, item)
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position);
  names_orders boolean; names_refunds boolean;
  keys_held settlement_key[]; keys_spent integer[]; key_done boolean[];
  orders_held settlement_order[] := '{}'; refunds_held settlement_refund[] := '{}'; accounts_held settlement_account[];
  -- By entry: its verdict and why it is refused; where its key, order, refund total and accounts stand in the arrays above.
  verdicts text[]; reasons text[];
  key_at integer[]; order_at integer[]; refund_at integer[]; debit_at integer[]; credit_at integer[];
  -- What will be written.
  outcomes settlement_outcome[] := '{}'; transfers settlement_transfer[] := '{}';
  -- What the pass is at.
  entry settlement_entry; held settlement_key; the_order settlement_order; the_refund settlement_refund;
  debit settlement_account; credit settlement_account; amount bigint; refusal text; decline text;
  settled_now timestamptz; today date;
begin
  perform assert_decisive();
  -- A batch gives up early on a lock that a stranger holds: its entries are then sent singly, and most of them pass.
  if cardinality(entries) > 1 then
    perform set_config('lock_timeout', '500ms', true);
  end if;

  -- 1. Lock each entry's open key: its own user's and its own key.
  keys_held := lock_keys(entries);

  -- A key is spent where a payment exists under it (a revived key), or where its purpose has been paid under another.
  -- A later statement than the lock, so it sees whatever the lock waited for.
  keys_spent := array(
    select h.ordinality::integer from unnest(keys_held) with ordinality h
     where (select p.id from payments p where p.user_id = h.user_id and p.id = h.key limit 1) is not null
        or (select p.id from payments p
             where p.user_id = h.user_id and p.kind = h.kind and p.purpose_id = h.purpose_id and p.status = 'succeeded'
             limit 1) is not null);

  -- An entry is taken where what it names fits the purpose that its key was issued for.
  select array_agg(h.ordinality::integer order by e.ordinality),
         array_agg(case
           when h.key is null or h.ordinality = any(keys_spent) then 'void'
           when h.kind is distinct from e.kind
             or e.order_id is distinct from case when h.kind = 'order' then h.purpose_id end
             or e.refund_of is distinct from h.subject_id then 'mismatch'
           else 'taken' end order by e.ordinality),
         count(e.order_id) > 0, count(e.refund_of) > 0
    into key_at, verdicts, names_orders, names_refunds
    from unnest(entries) with ordinality e
    left join unnest(keys_held) with ordinality h on h.user_id = e.user_id and h.key = e.key;
  key_done := array_fill(false, array[cardinality(keys_held)]);
  reasons := array_fill(null::text, array[cardinality(entries)]);

  -- 2. Lock orders, then refund totals, then accounts, of the entries that were taken.
  if names_orders then
    orders_held := lock_orders(array(
      select e.order_id from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'taken'));
  end if;
  if names_refunds then
    refunds_held := lock_refunds(array(
      select e.refund_of from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'taken'));
  end if;
  accounts_held := lock_accounts(array(
    select side.id from unnest(entries) with ordinality e
     cross join lateral (values (e.debit_account_id), (e.credit_account_id)) side (id)
     where verdicts[e.ordinality] = 'taken'));
  -- Taken under the locks, so that it is no earlier than what was waited for; and one instant says the day and the time.
  settled_now := date_trunc('milliseconds', clock_timestamp());
  today := (settled_now at time zone 'UTC')::date;
  for i in 1 .. cardinality(accounts_held) loop
    continue when accounts_held[i].day is not distinct from today;
    accounts_held[i].day_out_minor := day_out_of(accounts_held[i], today);
  end loop;

  select array_agg(o.ordinality::integer order by e.ordinality), array_agg(r.ordinality::integer order by e.ordinality),
         array_agg(d.ordinality::integer order by e.ordinality), array_agg(c.ordinality::integer order by e.ordinality)
    into order_at, refund_at, debit_at, credit_at
    from unnest(entries) with ordinality e
    left join unnest(orders_held) with ordinality o on o.id = e.order_id
    left join unnest(refunds_held) with ordinality r on r.payment_id = e.refund_of
    left join unnest(accounts_held) with ordinality d on d.id = e.debit_account_id
    left join unnest(accounts_held) with ordinality c on c.id = e.credit_account_id;

  -- 3. One pass, in order, on running state.
  for i in 1 .. cardinality(entries) loop
    continue when verdicts[i] <> 'taken';
    if key_done[key_at[i]] then
      verdicts[i] := 'void'; -- an earlier entry gave this key its outcome; step 5 finds it
      continue;
    end if;

    entry := entries[i];
    the_order := orders_held[order_at[i]];
    the_refund := refunds_held[refund_at[i]];
    debit := accounts_held[debit_at[i]];
    credit := accounts_held[credit_at[i]];
    amount := entry.amount_minor;
    if entry.kind = 'refund' and amount is null then
      amount := the_refund.amount_minor - the_refund.refunded_minor;
    end if;

    refusal := refusal_of(entry, amount, the_order, the_refund, debit, credit);
    if refusal is not null then
      verdicts[i] := 'refused';
      reasons[i] := refusal;
      continue;
    end if;

    decline := decline_of(entry, amount, the_order, the_refund, debit, credit, settled_now);
    held := keys_held[key_at[i]];
    key_done[key_at[i]] := true;
    verdicts[i] := 'settled';
    outcomes := outcomes || row(
      entry.user_id, entry.key, held.kind, held.purpose_id, held.subject_id,
      case when decline is null then 'succeeded' else 'declined' end, decline, amount, entry.currency,
      entry.debit_account_id, entry.credit_account_id, entry.note, entry.request_hash, entry.renderer, settled_now)::settlement_outcome;
    continue when decline is not null;

    -- Paid: from here it must succeed.
    debit.balance_minor := debit.balance_minor - amount;
    debit.version := debit.version + 1;
    debit.touched := true;
    if entry.kind in ('order', 'transfer') then
      debit.day_out_minor := debit.day_out_minor + amount;
    end if;
    credit.balance_minor := credit.balance_minor + amount;
    credit.version := credit.version + 1;
    credit.touched := true;
    accounts_held[debit_at[i]] := debit;
    accounts_held[credit_at[i]] := credit;
    if the_order.id is not null then
      the_order.paid_by := entry.key;
      the_order.paid_by_user_id := entry.user_id;
      the_order.touched := true;
      orders_held[order_at[i]] := the_order;
    end if;
    if the_refund.payment_id is not null then
      the_refund.refunded_minor := the_refund.refunded_minor + amount;
      the_refund.touched := true;
      refunds_held[refund_at[i]] := the_refund;
    end if;
    transfers := transfers || row(
      entry.key, debit.id, credit.id, amount, entry.currency, debit.balance_minor, debit.version,
      credit.balance_minor, credit.version, settled_now)::settlement_transfer;
  end loop;

  -- 4. Write. Consumed keys go, together with those that turned out to be spent: one at a time, because the table of open
  -- keys is empty at night, and what is planned then must not read all of it in a rush.
  for i in 1 .. cardinality(keys_held) loop
    continue when not (key_done[i] or i = any(keys_spent));
    held := keys_held[i];
    delete from idempotency_keys k where k.user_id = held.user_id and k.key = held.key;
  end loop;
  if outcomes <> '{}' then
    insert into payments (user_id, id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency,
                          payer_account_id, payee_account_id, note, request_hash, renderer, settled_at)
    select o.user_id, o.id, o.kind, o.purpose_id, o.subject_id, o.status, o.decline_code, o.amount_minor, o.currency,
           o.payer_account_id, o.payee_account_id, o.note, o.request_hash, o.renderer, o.settled_at
      from unnest(outcomes) o;
  end if;
  if transfers <> '{}' then
    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                  debit_version, credit_balance_minor, credit_version, created_at)
    select t.id, t.debit_account_id, t.credit_account_id, t.amount_minor, t.currency, t.debit_balance_minor,
           t.debit_version, t.credit_balance_minor, t.credit_version, t.created_at
      from unnest(transfers) t;
    if orders_held <> '{}' then
      update orders o set paid_by = paid.paid_by, paid_by_user_id = paid.paid_by_user_id
        from (select * from each_of(orders_held) where touched) paid where o.id = paid.id;
    end if;
    if refunds_held <> '{}' then
      update refund_totals t set refunded_minor = refunded.refunded_minor
        from (select * from each_of(refunds_held) where touched) refunded where t.payment_id = refunded.payment_id;
    end if;
    update ledger_accounts a
       set balance_minor = moved.balance_minor, version = moved.version,
           day_out_minor = case when a.day > today then a.day_out_minor else moved.day_out_minor end,
           day = greatest(a.day, today)
      from (select * from each_of(accounts_held) where touched) moved where a.id = moved.id;
  end if;

  -- 5. Answer. A later statement than every lock: an entry without an outcome of its own finds whatever there is.
  return query
    select e.ordinality::integer,
           case when verdicts[e.ordinality] = 'settled' or p.id is null then verdicts[e.ordinality]
                when p.request_hash is distinct from e.request_hash then 'reused'
                else 'replayed' end,
           reasons[e.ordinality], p.user_id, p.id, p.kind, p.purpose_id, p.subject_id, p.status, p.decline_code,
           p.amount_minor, p.currency::text, p.payer_account_id, p.payee_account_id, p.note, p.renderer, p.settled_at
      from unnest(entries) with ordinality e
      left join lateral (
        select user_id, id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency, payer_account_id,
               payee_account_id, note, request_hash, renderer, settled_at
          from payments where user_id = e.user_id and id = e.key limit 1) p on true
     order by e.ordinality;
  perform wait_for_standbys();
end
$$;
--> statement-breakpoint
revoke execute on function lock_keys, lock_accounts, day_out_of from public;
--> statement-breakpoint

-- Cancels an order of a merchant, for good, and says what became of it: cancelled (also where it was before), paid, or
-- unknown. Waits for a settle in flight. Whoever is told "cancelled" can rely on it: nobody pays the order any more.
create function cancel_order_v1(of_merchant uuid, order_id uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
  merchant uuid;
  is_paid boolean;
  is_cancelled boolean;
begin
  perform assert_decisive();
  select o.merchant_id, o.paid_by is not null, o.cancelled_at is not null
    into merchant, is_paid, is_cancelled from orders o where o.id = order_id for no key update;
  if merchant is distinct from of_merchant then
    return 'unknown';
  end if;
  if not is_paid and not is_cancelled then
    update orders o set cancelled_at = clock_timestamp() where o.id = order_id;
  end if;
  perform wait_for_standbys();
  return case when is_paid then 'paid' else 'cancelled' end;
end
$$;
--> statement-breakpoint
revoke execute on function cancel_order_v1 from public;
--> statement-breakpoint

-- As before, but for orders: they are put, and not written to.
create or replace function grant_to_application(app_role name) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
declare
  entrance regprocedure;
begin
  execute format('grant usage on schema public to %I', app_role);
  execute format('grant select on all tables in schema public to %I', app_role);
  execute format('grant insert, update, delete on users, sessions, credentials, verifications, rate_limits, api_keys to %I',
                 app_role);
  execute format('grant insert on orders to %I', app_role);
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

-- Whatever is told to have ended can pay no more: a session, an API key, a password, a role, a handle. Written by better-auth in
-- plain statements, on connections whose commits may not wait for the disk; after a crash it would be back.
create function commit_synchronously() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform assert_decisive();
  return null;
end
$$;
--> statement-breakpoint
create trigger sessions_commit_synchronously after delete or update of token, user_id, expires_at on sessions
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create trigger api_keys_commit_synchronously after delete or update of key, reference_id, enabled, permissions, expires_at on api_keys
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create trigger credentials_commit_synchronously after delete or update of password, user_id on credentials
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create trigger users_commit_synchronously after delete or update of email, email_verified, handle, role on users
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create trigger orders_commit_synchronously after insert or update or delete on orders
  for each statement execute function commit_synchronously();
