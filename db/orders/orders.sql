-- The application may insert orders and cancel them; it needs the right to every column, which Drizzle names in an insert. An
-- order begins neither paid nor cancelled, and ends once.
create or replace function guard_order() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' then
    if new.paid_by is not null or new.cancelled_at is not null then
      raise exception 'An order begins neither paid nor cancelled' using errcode = 'integrity_constraint_violation';
    end if;
  elsif old.cancelled_at is not null and new.cancelled_at is distinct from old.cancelled_at
     or old.paid_by is not null and new.paid_by is distinct from old.paid_by then
    raise exception 'An order ends once' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
create or replace trigger orders_end_once before insert or update on orders for each row execute function guard_order();

-- Cancels an order for its merchant, or for whoever ordered it by a link, and returns its state: cancelled (also where it was
-- before), paid, or unknown. Waits for a settle in flight. A cancelled order can never be paid.
create or replace function cancel_order_v1(of_user uuid, order_id uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  merchant uuid;
  buyer uuid;
  is_paid boolean;
  is_cancelled boolean;
begin
  perform assert_decisive();
  select o.merchant_id, o.ordered_by, o.paid_by is not null, o.cancelled_at is not null
    into merchant, buyer, is_paid, is_cancelled from orders o where o.id = order_id for no key update;
  if merchant is distinct from of_user and buyer is distinct from of_user then
    return 'unknown';
  end if;
  if not is_paid and not is_cancelled then
    update orders o set cancelled_at = date_trunc('milliseconds', clock_timestamp()) where o.id = order_id;
  end if;
  perform wait_for_standbys();
  return case when is_paid then 'paid' else 'cancelled' end;
end
$$;
revoke execute on function cancel_order_v1 from public;
