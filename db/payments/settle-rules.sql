-- The rules by which an entry is refused or declined. Settling calls them for each entry in order, with the locked rows as
-- the entries before have left them; a missing row is null. Plain expressions without settings of their own, so that the
-- planner inlines them.

-- Refused: this request cannot be executed, now or later, as it is. Nothing is recorded, the key stays open. Null: it can.
create or replace function refusal_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account, is_operator boolean
)
returns text
language sql immutable
as $$
  select case
    when entry.currency is null or entry.currency !~ '^[A-Z]{3}$' or entry.renderer is null
      or octet_length(entry.request_hash) is distinct from 32
      or entry.kind in ('funding', 'adjustment') and (btrim(entry.note) = '') is not false then 'malformed'
    when entry.kind = 'funding' and is_operator is not true then 'not_operator'
    when entry.kind = 'refund' and the_refund.payment_id is null then 'payment_unknown'
    when amount is null or amount < 0 or (amount = 0 and entry.amount_minor is not null) then 'amount_not_positive'
    when entry.kind = 'order' and the_order.id is null then 'order_unknown'
    when debit.id is null then 'payer_unknown'
    when credit.id is null then 'payee_unknown'
    when entry.kind = 'top-up' and (debit.owner_id is not null or credit.owner_id is distinct from entry.user_id)
      then 'payee_unknown'
    when entry.kind = 'funding' and (debit.owner_id is null) = (credit.owner_id is null) then 'house_account_mismatch'
    -- Nobody acts upon themselves: another operator does.
    when entry.kind = 'funding' and entry.user_id in (debit.owner_id, credit.owner_id) then 'own_account'
    when entry.kind not in ('top-up', 'funding', 'adjustment') and debit.owner_id is distinct from entry.user_id then 'payer_unknown'
    when entry.kind not in ('top-up', 'funding', 'adjustment') and credit.owner_id is null then 'payee_unknown'
    when debit.id = credit.id or debit.owner_id = credit.owner_id then 'payee_is_payer'
    when entry.kind = 'order' and the_order.merchant_account_id <> credit.id then 'merchant_mismatch'
    when entry.kind = 'order' and (the_order.total_minor <> amount or the_order.currency <> entry.currency)
      then 'amount_mismatch'
    when entry.kind = 'refund'
      and (the_refund.payee_account_id <> debit.id or the_refund.payer_account_id <> credit.id) then 'not_your_sale'
    when entry.kind = 'refund' and the_refund.currency <> entry.currency then 'amount_mismatch'
    when debit.closed then 'payer_closed'
    when credit.balance_minor > 9223372036854775807 - amount or debit.balance_minor < amount - 9223372036854775807
      or debit.day_out_minor > 9223372036854775807 - amount then 'overflow'
  end
$$;

-- Refused, as above, for what an operator does beside whose payment it is: refunds what somebody else received, or approves what
-- another operator asked for. `operators` are those of them who may act, their rows locked. Asked before `refusal_of`.
create or replace function acting_refusal_of(
  entry settlement_entry, actor uuid, operators uuid[], asked settlement_adjustment,
  debit settlement_account, credit settlement_account
)
returns text
language sql immutable
as $$
  select case
    when entry.kind <> 'adjustment' and actor is null then null
    when entry.kind not in ('refund', 'adjustment') or (btrim(entry.note) = '') is not false then 'malformed'
    when (actor = any(operators)) is not true then 'not_operator'
    -- Nobody acts upon themselves, on neither side.
    when actor in (debit.owner_id, credit.owner_id) then 'own_account'
    when entry.kind = 'refund' then null
    when asked.id is null
      or (entry.user_id, entry.debit_account_id, entry.credit_account_id, entry.amount_minor, entry.currency, entry.note)
         is distinct from
         (asked.asked_by, asked.debit_account_id, asked.credit_account_id, asked.amount_minor, asked.currency, asked.reason)
      then 'adjustment_unknown'
    -- Four eyes: one operator asks, another approves, and both may act now.
    when actor = entry.user_id then 'same_operator'
    when (entry.user_id = any(operators)) is not true then 'asker_not_operator'
    when entry.user_id in (debit.owner_id, credit.owner_id) then 'own_account'
    when not asked.pending or asked.ends_as is not null then 'adjustment_ended'
  end
$$;

-- Declined: an outcome, recorded under the key; the same key never pays later. Null: the entry is paid.
create or replace function decline_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account, settled_now timestamptz
)
returns text
language sql immutable
as $$
  select case
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
  end
$$;

-- What left an account by orders and transfers on a day (UTC) other than the one that its row counts. An account counts the
-- latest day that it paid on. Where that is in the future (the clock was ahead when it was written), today is counted from
-- the payments themselves: a clock that was wrong once neither blocks an account nor lifts its limit.
create or replace function day_out_of(account settlement_account, of_day date) returns bigint
language sql stable
as $$
  select case when (day_out_of.account).day > day_out_of.of_day and (day_out_of.account).day_limit_minor is not null then (
    select least(coalesce(sum(p.amount_minor), 0), 9223372036854775807)::bigint
      from payments p
     where p.user_id = (day_out_of.account).owner_id and p.payer_account_id = (day_out_of.account).id
       and p.status = 'succeeded' and p.kind in ('order', 'transfer')
       and p.settled_at >= day_out_of.of_day::timestamp at time zone 'UTC'
       and p.settled_at < (day_out_of.of_day + 1)::timestamp at time zone 'UTC')
  else 0 end
$$;
revoke execute on function day_out_of from public;
