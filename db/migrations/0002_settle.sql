-- The types here are in use; the text of the function below is superseded by 0010, which is what settles now.
-- Where money moves. One call, one autocommit statement, settles a batch of payments; a batch equals its entries
-- executed one after another, and no entry can make another fail.
--
-- Locks are taken in one order everywhere: keys, orders, refund totals, accounts; each one at a time, by equality on
-- its primary key, sorted. Waiters queue, nobody deadlocks, and a distributed engine can route every lock to a shard.

-- A request to pay, resolved to accounts. `amount_minor` may be null for a refund only: "what is left".
create type settlement_entry as (
  user_id uuid,
  key uuid,
  kind text,
  order_id uuid,
  refund_of uuid,
  debit_account_id uuid,
  credit_account_id uuid,
  amount_minor bigint,
  currency text,
  note text,
  request_hash bytea,
  renderer smallint
);
--> statement-breakpoint
-- What is locked and changes while a batch is worked through.
create type settlement_order as (
  id uuid, total_minor bigint, currency text, merchant_account_id uuid, cancelled boolean, expires_at timestamptz,
  paid_by uuid, paid_by_user_id uuid, touched boolean
);
--> statement-breakpoint
create type settlement_refund as (
  payment_id uuid, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid,
  refunded_minor bigint, touched boolean
);
--> statement-breakpoint
create type settlement_account as (
  id uuid, owner_id uuid, currency text, balance_minor bigint, min_balance_minor bigint, version bigint,
  closed boolean, day_out_minor bigint, day_limit_minor bigint, touched boolean
);
--> statement-breakpoint

-- Answers each entry of `batch` (a JSON array of settlement_entry), in order, with a verdict:
--   settled    this entry was executed: paid or declined, recorded for ever, the key consumed
--   replayed   the key has this outcome already, for the same request
--   reused     the key has this outcome already, for another request
--   mismatch   the key is open, but for another purpose; nothing consumed
--   refused    the request cannot be executed as it is (`reason`); nothing consumed
--   void       the key is not open for this user: it never executed and never will
-- With settled, replayed and reused comes the payment's row.
create function settle_payments_v1(batch jsonb)
returns table (
  n integer, verdict text, reason text, user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text,
  decline_code text, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid, note text,
  renderer smallint, settled_at timestamptz
)
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  max_minor constant bigint := 9223372036854775807;
  here constant integer := wal_timeline();
  entries constant settlement_entry[] := array(
    select jsonb_populate_record(null::settlement_entry, item)
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position);
  size constant integer := cardinality(entries);
  wanted record;
  held idempotency_keys;
  held_keys idempotency_keys[] := '{}';
  spent integer[] := '{}';
  orders_locked settlement_order[] := '{}';
  refunds_locked settlement_refund[] := '{}';
  accounts_locked settlement_account[] := '{}';
  the_order settlement_order;
  the_refund settlement_refund;
  debit settlement_account;
  credit settlement_account;
  -- By entry: where its key, order, refund total and accounts stand in the arrays above, and what became of it.
  key_at integer[]; order_at integer[]; refund_at integer[]; debit_at integer[]; credit_at integer[];
  verdicts text[];
  reasons text[] := array_fill(null::text, array[size]);
  declines text[] := reasons;
  amounts bigint[] := array_fill(null::bigint, array[size]);
  debit_balances bigint[] := amounts; debit_versions bigint[] := amounts;
  credit_balances bigint[] := amounts; credit_versions bigint[] := amounts;
  key_done boolean[];
  entry settlement_entry;
  amount bigint;
  settled_now timestamptz;
  today date;
begin
  perform assert_decisive();

  -- 1. Lock each entry's open key: its own user's and its own key.
  for wanted in
    select distinct e.user_id, e.key from unnest(entries) e
     where e.user_id is not null and e.key is not null order by 1, 2
  loop
    select k.* into held from idempotency_keys k
     where k.user_id = wanted.user_id and k.key = wanted.key and k.timeline = here
       for update;
    if found then
      held_keys := held_keys || held;
    end if;
  end loop;

  -- A key is spent where a payment exists under it (a revived key), or where its purpose has been paid under another.
  -- A later statement than the lock, so it sees whatever the lock waited for.
  spent := array(
    select h.ordinality::integer from unnest(held_keys) with ordinality h
      join payments p on p.user_id = h.user_id and p.id = h.key
    union
    select h.ordinality::integer from unnest(held_keys) with ordinality h
      join payments p on p.user_id = h.user_id and p.kind = h.kind and p.purpose_id = h.purpose_id
                     and p.status = 'succeeded');

  -- An entry is taken where what it names fits the purpose that its key was issued for.
  select array_agg(h.ordinality::integer order by e.ordinality),
         array_agg(case
           when h.key is null or h.ordinality = any(spent) then 'void'
           when h.kind is distinct from e.kind
             or e.order_id is distinct from case when h.kind = 'order' then h.purpose_id end
             or e.refund_of is distinct from h.subject_id then 'mismatch'
           else 'taken' end order by e.ordinality)
    into key_at, verdicts
    from unnest(entries) with ordinality e
    left join unnest(held_keys) with ordinality h on h.user_id = e.user_id and h.key = e.key;
  key_done := array_fill(false, array[cardinality(held_keys)]);

  if 'taken' = any(verdicts) then
    -- 2. Lock orders, then refund totals, then accounts. FOR NO KEY UPDATE: it lets foreign key checks pass.
    for wanted in
      select distinct e.order_id as id from unnest(entries) with ordinality e
       where verdicts[e.ordinality] = 'taken' and e.order_id is not null order by 1
    loop
      select o.id, o.total_minor, o.currency, o.merchant_account_id, o.cancelled_at is not null, o.expires_at,
             o.paid_by, o.paid_by_user_id, false
        into the_order from orders o where o.id = wanted.id for no key update;
      if found then
        orders_locked := orders_locked || the_order;
      end if;
    end loop;

    for wanted in
      select distinct e.refund_of as id from unnest(entries) with ordinality e
       where verdicts[e.ordinality] = 'taken' and e.refund_of is not null order by 1
    loop
      select p.id, p.amount_minor, p.currency, p.payer_account_id, p.payee_account_id, 0, false
        into the_refund from payments p
       where p.id = wanted.id and p.status = 'succeeded' and p.kind in ('order', 'transfer');
      if found then
        insert into refund_totals (payment_id) values (wanted.id) on conflict do nothing;
        select t.refunded_minor into the_refund.refunded_minor
          from refund_totals t where t.payment_id = wanted.id for no key update;
        refunds_locked := refunds_locked || the_refund;
      end if;
    end loop;

    settled_now := clock_timestamp();
    today := (settled_now at time zone 'UTC')::date;
    for wanted in
      select q.id from (
        select e.debit_account_id as id from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'taken'
        union
        select e.credit_account_id from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'taken') q
       where q.id is not null order by 1
    loop
      select a.id, a.owner_id, a.currency, a.balance_minor, a.min_balance_minor, a.version, a.closed_at is not null,
             case when a.day >= today then a.day_out_minor else 0 end, a.day_limit_minor, false
        into debit from ledger_accounts a where a.id = wanted.id for no key update;
      if found then
        accounts_locked := accounts_locked || debit;
      end if;
    end loop;
    -- Taken under the locks, so that it is no earlier than what was waited for.
    settled_now := date_trunc('milliseconds', clock_timestamp());

    select array_agg(o.ordinality::integer order by e.ordinality), array_agg(r.ordinality::integer order by e.ordinality),
           array_agg(d.ordinality::integer order by e.ordinality), array_agg(c.ordinality::integer order by e.ordinality)
      into order_at, refund_at, debit_at, credit_at
      from unnest(entries) with ordinality e
      left join unnest(orders_locked) with ordinality o on o.id = e.order_id
      left join unnest(refunds_locked) with ordinality r on r.payment_id = e.refund_of
      left join unnest(accounts_locked) with ordinality d on d.id = e.debit_account_id
      left join unnest(accounts_locked) with ordinality c on c.id = e.credit_account_id;

    -- 3. One pass, in order, on running state.
    for i in 1 .. size loop
      continue when verdicts[i] <> 'taken';
      if key_done[key_at[i]] then
        verdicts[i] := 'void'; -- an earlier entry gave this key its outcome; step 5 finds it
        continue;
      end if;

      entry := entries[i];
      the_order := orders_locked[order_at[i]];
      the_refund := refunds_locked[refund_at[i]];
      debit := accounts_locked[debit_at[i]];
      credit := accounts_locked[credit_at[i]];
      amount := entry.amount_minor;
      if entry.kind = 'refund' and amount is null then
        amount := the_refund.amount_minor - the_refund.refunded_minor;
      end if;

      -- Refused: this request cannot be executed, now or later, as it is.
      reasons[i] := case
        when entry.currency is null or octet_length(entry.request_hash) is distinct from 32 or entry.renderer is null
          then 'malformed'
        when entry.kind = 'refund' and refund_at[i] is null then 'payment_unknown'
        when amount is null or amount < 0 or (amount = 0 and entry.amount_minor is not null) then 'amount_not_positive'
        when entry.kind = 'order' and order_at[i] is null then 'order_unknown'
        when debit_at[i] is null then 'payer_unknown'
        when credit_at[i] is null then 'payee_unknown'
        when entry.kind = 'top-up' and (debit.owner_id is not null or credit.owner_id is distinct from entry.user_id)
          then 'payee_unknown'
        when entry.kind <> 'top-up' and debit.owner_id is distinct from entry.user_id then 'payer_unknown'
        when debit.id = credit.id or debit.owner_id = credit.owner_id then 'payee_is_payer'
        when entry.kind = 'order' and the_order.merchant_account_id <> credit.id then 'merchant_mismatch'
        when entry.kind = 'order' and (the_order.total_minor <> amount or the_order.currency <> entry.currency)
          then 'amount_mismatch'
        when entry.kind = 'refund'
          and (the_refund.payee_account_id <> debit.id or the_refund.payer_account_id <> credit.id) then 'not_your_sale'
        when entry.kind = 'refund' and the_refund.currency <> entry.currency then 'amount_mismatch'
        when debit.closed then 'payer_closed'
        when credit.balance_minor > max_minor - amount or debit.balance_minor < amount - max_minor
          or debit.day_out_minor > max_minor - amount then 'overflow'
      end;
      if reasons[i] is not null then
        verdicts[i] := 'refused';
        continue;
      end if;

      -- Declined: an outcome, recorded under the key.
      declines[i] := case
        when the_order.paid_by is not null then 'order_already_paid'
        when the_order.cancelled then 'order_cancelled'
        when the_order.expires_at <= settled_now then 'order_expired'
        when credit.closed then 'payee_closed'
        when debit.currency <> entry.currency or credit.currency <> entry.currency then 'currency_mismatch'
        when entry.kind = 'refund' and (amount = 0 or amount > the_refund.amount_minor - the_refund.refunded_minor)
          then 'refund_exceeds_payment'
        when entry.kind in ('order', 'transfer') and debit.day_out_minor + amount > debit.day_limit_minor
          then 'limit_exceeded'
        when debit.balance_minor - amount < debit.min_balance_minor then 'insufficient_funds'
      end;
      key_done[key_at[i]] := true;
      amounts[i] := amount;
      if declines[i] is not null then
        verdicts[i] := 'declined';
        continue;
      end if;

      -- Paid: from here it must succeed.
      verdicts[i] := 'paid';
      debit.balance_minor := debit.balance_minor - amount;
      debit.version := debit.version + 1;
      if entry.kind in ('order', 'transfer') then
        debit.day_out_minor := debit.day_out_minor + amount;
      end if;
      credit.balance_minor := credit.balance_minor + amount;
      credit.version := credit.version + 1;
      debit.touched := true;
      credit.touched := true;
      accounts_locked[debit_at[i]] := debit;
      accounts_locked[credit_at[i]] := credit;
      debit_balances[i] := debit.balance_minor;
      debit_versions[i] := debit.version;
      credit_balances[i] := credit.balance_minor;
      credit_versions[i] := credit.version;
      if order_at[i] is not null then
        the_order.paid_by := entry.key;
        the_order.paid_by_user_id := entry.user_id;
        the_order.touched := true;
        orders_locked[order_at[i]] := the_order;
      end if;
      if refund_at[i] is not null then
        the_refund.refunded_minor := the_refund.refunded_minor + amount;
        the_refund.touched := true;
        refunds_locked[refund_at[i]] := the_refund;
      end if;
    end loop;
  end if;

  -- 4. Write. Consumed keys go, together with those that turned out to be spent.
  if cardinality(held_keys) > 0 then
    delete from idempotency_keys k
     using (select h.user_id, h.key from unnest(held_keys) with ordinality h
             where key_done[h.ordinality] or h.ordinality = any(spent)) consumed
     where k.user_id = consumed.user_id and k.key = consumed.key;
  end if;
  if true = any(key_done) then
    insert into payments (user_id, id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency,
                          payer_account_id, payee_account_id, note, request_hash, renderer, settled_at)
    select e.user_id, e.key, h.kind, h.purpose_id, h.subject_id,
           case verdicts[e.ordinality] when 'paid' then 'succeeded' else 'declined' end, declines[e.ordinality],
           amounts[e.ordinality], e.currency, e.debit_account_id, e.credit_account_id, e.note, e.request_hash,
           e.renderer, settled_now
      from unnest(entries) with ordinality e
      join unnest(held_keys) with ordinality h on h.ordinality = key_at[e.ordinality]
     where verdicts[e.ordinality] in ('paid', 'declined');

    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                  debit_version, credit_balance_minor, credit_version, created_at)
    select e.key, e.debit_account_id, e.credit_account_id, amounts[e.ordinality], e.currency,
           debit_balances[e.ordinality], debit_versions[e.ordinality], credit_balances[e.ordinality],
           credit_versions[e.ordinality], settled_now
      from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'paid';

    update ledger_accounts a
       set balance_minor = s.balance_minor, version = s.version, day_out_minor = s.day_out_minor,
           day = greatest(a.day, today)
      from (select t.* from unnest(accounts_locked) t where t.touched) s where a.id = s.id;
    update orders o set paid_by = s.paid_by, paid_by_user_id = s.paid_by_user_id
      from (select t.* from unnest(orders_locked) t where t.touched) s where o.id = s.id;
    update refund_totals r set refunded_minor = s.refunded_minor
      from (select t.* from unnest(refunds_locked) t where t.touched) s where r.payment_id = s.payment_id;
  end if;

  -- 5. Answer. A later statement than every lock: an entry without an outcome of its own finds whatever there is.
  return query
    select e.ordinality::integer,
           case when verdicts[e.ordinality] in ('paid', 'declined') then 'settled'
                when p.id is null then verdicts[e.ordinality]
                when p.request_hash is distinct from e.request_hash then 'reused'
                else 'replayed' end,
           reasons[e.ordinality], p.user_id, p.id, p.kind, p.purpose_id, p.subject_id, p.status, p.decline_code,
           p.amount_minor, p.currency::text, p.payer_account_id, p.payee_account_id, p.note, p.renderer, p.settled_at
      from unnest(entries) with ordinality e
      left join payments p on p.user_id = e.user_id and p.id = e.key
     order by e.ordinality;
end
$$;
