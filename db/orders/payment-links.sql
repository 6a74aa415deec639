-- A link begins open, ends once, and nothing else of it ever changes: what somebody was shown is what they order.
create or replace function guard_payment_link() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' then
    if new.closed_at is not null then
      raise exception 'A payment link begins open' using errcode = 'integrity_constraint_violation';
    end if;
  elsif old.closed_at is not null or new.closed_at is null
     or (to_jsonb(new) - 'closed_at') is distinct from (to_jsonb(old) - 'closed_at') then
    raise exception 'A payment link never changes, and ends once' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
create or replace trigger payment_links_end_once before insert or update on payment_links
  for each row execute function guard_payment_link();
create or replace trigger payment_links_commit_synchronously after insert or update or delete on payment_links
  for each statement execute function commit_synchronously();

-- Closes a merchant's link and returns its state: closed (also where it was before), or unknown. Waits for orders that are
-- being made by it; afterwards none is.
create or replace function close_payment_link_v1(of_merchant uuid, link_id uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  merchant uuid;
  was_closed boolean;
begin
  perform assert_decisive();
  select l.merchant_id, l.closed_at is not null into merchant, was_closed
    from payment_links l where l.id = link_id for no key update;
  if merchant is distinct from of_merchant then
    return 'unknown';
  end if;
  if not was_closed then
    update payment_links l set closed_at = date_trunc('milliseconds', clock_timestamp()) where l.id = link_id;
  end if;
  perform wait_for_standbys();
  return 'closed';
end
$$;
revoke execute on function close_payment_link_v1 from public;

-- Makes the order `order_id` of a use of a link by `of_user`, and returns
--   created   it is made now
--   same      it was made before, by the same use
--   closed    the link is closed, or its merchant is frozen or sells no more
--   capped    this user has `unpaid_max` orders by this link that are neither paid nor cancelled
--   unknown   there is no such link, or its merchant cannot receive its currency
-- Items, total and hash are the link's own, times the quantity: whoever calls it has computed them.
create or replace function order_by_link_v1(
  of_link uuid, of_user uuid, order_id uuid, order_items jsonb, order_total bigint, order_hash bytea, unpaid_max integer)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  merchant uuid;
  link_description text;
  link_currency text;
  was_closed boolean;
  account uuid;
  unpaid integer;
begin
  perform assert_decisive();
  -- Held against closing, and against nobody else who uses it.
  select l.merchant_id, l.description, l.currency, l.closed_at is not null
    into merchant, link_description, link_currency, was_closed
    from payment_links l where l.id = of_link for share;
  if merchant is null then
    return 'unknown';
  end if;
  -- One use of a user at a time, or several at once would each count the orders of before.
  perform from users u where u.id = of_user for no key update;
  if exists (select 1 from orders o where o.id = order_id) then
    perform wait_for_standbys();
    return 'same';
  end if;
  if was_closed
     or not exists (select 1 from users u where u.id = merchant and u.role = 'merchant' and u.frozen_at is null) then
    perform wait_for_standbys();
    return 'closed';
  end if;
  select count(*) into unpaid from (
    select 1 from orders o
     where o.payment_link_id = of_link and o.ordered_by = of_user and o.paid_by is null and o.cancelled_at is null
     limit unpaid_max) counted;
  if unpaid >= unpaid_max then
    return 'capped';
  end if;
  select a.id into account from ledger_accounts a where a.owner_id = merchant and a.currency = link_currency;
  if account is null then
    return 'unknown';
  end if;
  insert into orders (id, merchant_id, merchant_account_id, description, currency, total_minor, items, request_hash,
                      payment_link_id, ordered_by, created_at)
  values (order_id, merchant, account, link_description, link_currency, order_total, order_items, order_hash,
          of_link, of_user, date_trunc('milliseconds', clock_timestamp()))
  on conflict (id) do nothing;
  -- Of two presses at once, one makes it; the other has waited for that.
  return case when found then 'created' else 'same' end;
end
$$;
revoke execute on function order_by_link_v1 from public;
