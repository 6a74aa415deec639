-- Where money moves. One call, one autocommit statement, settles a batch of payments; a batch equals its entries
-- executed one after another, and no entry can make another fail. locks.sql locks rows, settle-rules.sql has the rules by
-- which an entry is refused or declined.

-- The rows to write, by the columns that settling uses: a table's own row type also has columns that were added later.
create type settlement_outcome as (
  user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text, decline_code text, amount_minor bigint,
  currency text, payer_account_id uuid, payee_account_id uuid, note text, request_hash bytea, renderer smallint,
  settled_at timestamptz
);
create type settlement_transfer as (
  id uuid, debit_account_id uuid, credit_account_id uuid, amount_minor bigint, currency text, debit_balance_minor bigint,
  debit_version bigint, credit_balance_minor bigint, credit_version bigint, created_at timestamptz
);

-- The elements of an array, like unnest. Declared with one row and not inlined, so that the planner joins by a nested loop
-- over an index, however small its estimate of the joined table; only for an estimate of zero rows a sequential scan costs
-- the same.
create or replace function each_of(elements anyarray) returns setof anyelement
language plpgsql immutable rows 1
as $$
#variable_conflict use_variable
begin
  return query select * from unnest(elements);
end
$$;
revoke execute on function each_of from public;

-- Writes to the audit log what an operator's funding did to the account that has an owner, under the payment's own id.
create or replace function audit_funding(
  entry settlement_entry, debit settlement_account, credit settlement_account, decline text, amount bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  is_credit constant boolean := debit.owner_id is null;
  wallet constant settlement_account := case when is_credit then credit else debit end;
begin
  perform write_audit(
    entry.key, entry.user_id, 'fund', 'account', wallet.id::text, entry.note,
    jsonb_build_object('balanceMinor', wallet.balance_minor::text),
    jsonb_build_object(
      'balanceMinor', (case when decline is not null then wallet.balance_minor
                            when is_credit then wallet.balance_minor + amount
                            else wallet.balance_minor - amount end)::text,
      'direction', case when is_credit then 'credit' else 'debit' end, 'amountMinor', amount::text,
      'currency', entry.currency, 'decline', decline));
end
$$;
revoke execute on function audit_funding from public;

-- Writes to the audit log what an operator paid back of what somebody else received, under the refund's own id.
create or replace function audit_refund(
  entry settlement_entry, actor uuid, the_refund settlement_refund, decline text, amount bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform write_audit(
    entry.key, actor, 'refund', 'payment', the_refund.payment_id::text, entry.note,
    jsonb_build_object('refundedMinor', the_refund.refunded_minor::text),
    jsonb_build_object(
      'refundedMinor', (case when decline is null then the_refund.refunded_minor + amount
                             else the_refund.refunded_minor end)::text,
      'amountMinor', amount::text, 'currency', entry.currency, 'decline', decline));
end
$$;

-- Writes to the audit log that an operator approved what another asked for, and what it did to both accounts, under the
-- payment's own id.
create or replace function audit_adjustment(
  entry settlement_entry, actor uuid, asked settlement_adjustment,
  debit settlement_account, credit settlement_account, decline text, amount bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  moved constant bigint := case when decline is null then amount else 0 end;
begin
  perform write_audit(
    entry.key, actor, 'adjustment-approve', 'adjustment', asked.id::text, entry.note,
    jsonb_build_object('debitBalanceMinor', debit.balance_minor::text, 'creditBalanceMinor', credit.balance_minor::text),
    jsonb_build_object(
      'debitBalanceMinor', (debit.balance_minor - moved)::text, 'creditBalanceMinor', (credit.balance_minor + moved)::text,
      'amountMinor', amount::text, 'currency', entry.currency, 'askedBy', asked.asked_by, 'decline', decline));
end
$$;
revoke execute on function audit_refund, audit_adjustment from public;

-- Answers each entry of `batch` (a JSON array of settlement_entry), in order, with a verdict:
--   settled    this entry was executed: paid or declined, recorded for ever, the key consumed
--   replayed   the key has this outcome already, for the same request
--   reused     the key has this outcome already, for another request
--   mismatch   the key is open, but for another purpose; nothing consumed
--   refused    the request cannot be executed as it is (`reason`); nothing consumed
--   void       the key is not open for this user: it never executed and never will
-- With settled, replayed and reused comes the payment's row.
-- Beside the columns of settlement_entry an element may have `actor_id`, the operator who refunds for whoever received the
-- payment or approves an adjustment, and `adjustment_id`.
create or replace function settle_payments_v1(batch jsonb)
returns table (
  n integer, verdict text, reason text, user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text,
  decline_code text, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid, note text,
  renderer smallint, settled_at timestamptz
)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
-- Generic plans, because planning a dozen statements costs more than executing them; and index lookups only, because a plan
-- that was made while a table was small must not scan it when it has grown.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_variable
declare
  entries constant settlement_entry[] := array(
    select jsonb_populate_record(null::settlement_entry, item)
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position);
  -- By entry; null where none has one, as in most batches.
  actors constant uuid[] := case when batch @? '$[*].actor_id' then array(
    select (item ->> 'actor_id')::uuid
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position) end;
  adjustments_named constant uuid[] := case when batch @? '$[*].adjustment_id' then array(
    select (item ->> 'adjustment_id')::uuid
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position) end;
  names_orders boolean; names_refunds boolean; names_operators boolean; names_adjustments boolean;
  operators uuid[] := '{}';
  keys_held settlement_key[]; keys_spent integer[]; key_done boolean[];
  adjustments_held settlement_adjustment[] := '{}';
  orders_held settlement_order[] := '{}'; refunds_held settlement_refund[] := '{}'; accounts_held settlement_account[];
  -- By entry: its verdict and why it is refused; where its key, adjustment, order, refund total and accounts stand in the arrays above.
  verdicts text[]; reasons text[];
  key_at integer[]; adjustment_at integer[]; order_at integer[]; refund_at integer[]; debit_at integer[]; credit_at integer[];
  -- What will be written.
  outcomes settlement_outcome[] := '{}'; transfers settlement_transfer[] := '{}';
  -- What the pass is at.
  entry settlement_entry; held settlement_key; actor uuid; asked settlement_adjustment; the_order settlement_order; the_refund settlement_refund;
  debit settlement_account; credit settlement_account; amount bigint; refusal text; decline text;
  settled_now timestamptz; today date;
begin
  perform assert_decisive();
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
             or e.refund_of is distinct from h.subject_id
             or adjustments_named[e.ordinality] is distinct from case when h.kind = 'adjustment' then h.purpose_id end
             then 'mismatch'
           else 'taken' end order by e.ordinality),
         count(e.order_id) > 0, count(e.refund_of) > 0,
         count(*) filter (where e.kind = 'funding' or actors[e.ordinality] is not null) > 0,
         count(adjustments_named[e.ordinality]) > 0
    into key_at, verdicts, names_orders, names_refunds, names_operators, names_adjustments
    from unnest(entries) with ordinality e
    left join unnest(keys_held) with ordinality h on h.user_id = e.user_id and h.key = e.key;
  key_done := array_fill(false, array[cardinality(keys_held)]);
  reasons := array_fill(null::text, array[cardinality(entries)]);

  -- 2. Lock operators, then adjustments, orders, refund totals and accounts, of the entries that were taken.
  if names_operators then
    operators := lock_operators(array(
      select who.id from unnest(entries) with ordinality e
       cross join lateral (values (case when e.kind in ('funding', 'adjustment') then e.user_id end),
                                  (actors[e.ordinality])) who (id)
       where verdicts[e.ordinality] = 'taken'));
  end if;
  if names_adjustments then
    adjustments_held := lock_adjustments(array(
      select adjustments_named[e.ordinality] from unnest(entries) with ordinality e
       where verdicts[e.ordinality] = 'taken'));
  end if;
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

  select array_agg(a.ordinality::integer order by e.ordinality),
         array_agg(o.ordinality::integer order by e.ordinality), array_agg(r.ordinality::integer order by e.ordinality),
         array_agg(d.ordinality::integer order by e.ordinality), array_agg(c.ordinality::integer order by e.ordinality)
    into adjustment_at, order_at, refund_at, debit_at, credit_at
    from unnest(entries) with ordinality e
    left join unnest(adjustments_held) with ordinality a on a.id = adjustments_named[e.ordinality]
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
    actor := actors[i];
    asked := adjustments_held[adjustment_at[i]];
    the_order := orders_held[order_at[i]];
    the_refund := refunds_held[refund_at[i]];
    debit := accounts_held[debit_at[i]];
    credit := accounts_held[credit_at[i]];
    amount := entry.amount_minor;
    if entry.kind = 'refund' and amount is null then
      amount := the_refund.amount_minor - the_refund.refunded_minor;
    end if;

    refusal := coalesce(
      acting_refusal_of(entry, actor, operators, asked, debit, credit),
      refusal_of(entry, amount, the_order, the_refund, debit, credit, entry.user_id = any(operators)));
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
    if entry.kind = 'funding' then
      perform audit_funding(entry, debit, credit, decline, amount);
    elsif entry.kind = 'adjustment' then
      perform audit_adjustment(entry, actor, asked, debit, credit, decline, amount);
      asked.ends_as := case when decline is null then 'done' else 'declined' end;
      asked.ended_by := actor;
      asked.payment_id := entry.key;
      adjustments_held[adjustment_at[i]] := asked;
    elsif actor is not null then
      perform audit_refund(entry, actor, the_refund, decline, amount);
    end if;
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
  for i in 1 .. cardinality(adjustments_held) loop
    continue when adjustments_held[i].ends_as is null;
    asked := adjustments_held[i];
    update ledger_adjustments a
       set state = asked.ends_as, ended_by = asked.ended_by, ended_at = settled_now, payment_id = asked.payment_id
     where a.id = asked.id;
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
        select f.user_id, f.id, f.kind, f.purpose_id, f.subject_id, f.status, f.decline_code, f.amount_minor, f.currency,
               f.payer_account_id, f.payee_account_id, f.note, f.request_hash, f.renderer, f.settled_at
          from payments f where f.user_id = e.user_id and f.id = e.key limit 1) p on true
     order by e.ordinality;
  perform wait_for_standbys();
end
$$;
revoke execute on function settle_payments_v1 from public;
