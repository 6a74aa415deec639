-- By what rules an entry is refused or declined. Settling calls these for each entry in turn, with the rows it locked as
-- the entries before have left them; a row that is not there is null. Plain expressions without settings of their own,
-- so that the planner writes them into the caller and a call costs nothing.

-- What becomes of an entry: its verdict, and where it is paid, both accounts as it leaves them.
create type settlement_step as (
  verdict text, reason text, decline_code text, amount_minor bigint,
  debit_balance_minor bigint, debit_version bigint, credit_balance_minor bigint, credit_version bigint
);
--> statement-breakpoint

-- Refused: this request cannot be executed, now or later, as it is. Nothing is recorded, the key stays open. Null: it can.
create function refusal_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account
)
returns text
language sql immutable
as $$
  select case
    when entry.currency is null or entry.currency !~ '^[A-Z]{3}$' or entry.renderer is null
      or octet_length(entry.request_hash) is distinct from 32 then 'malformed'
    when entry.kind = 'refund' and the_refund.payment_id is null then 'payment_unknown'
    when amount is null or amount < 0 or (amount = 0 and entry.amount_minor is not null) then 'amount_not_positive'
    when entry.kind = 'order' and the_order.id is null then 'order_unknown'
    when debit.id is null then 'payer_unknown'
    when credit.id is null then 'payee_unknown'
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
    when credit.balance_minor > 9223372036854775807 - amount or debit.balance_minor < amount - 9223372036854775807
      or debit.day_out_minor > 9223372036854775807 - amount then 'overflow'
  end
$$;
--> statement-breakpoint

-- Declined: an outcome, recorded under the key; the same key never pays later. Null: the entry is paid.
create function decline_of(
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
