-- The application's role may read, may call the functions, and may not write money tables itself. It is whichever role
-- the application logs in as; start-up calls this as the owner of the tables, so that a role given by DATABASE_URL gets
-- what the embedded server's once_app has. Every function of ours that runs with its owner's rights and carries a version
-- in its name is an entrance; the others are called by those.
create function grant_to_application(app_role name) returns void
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
  execute format('grant insert, update (cancelled_at) on orders to %I', app_role);
  for entrance in
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.prosecdef and p.proname ~ '_v[0-9]+$'
  loop
    execute format('grant execute on function %s to %I', entrance, app_role);
  end loop;
end
$$;
--> statement-breakpoint
revoke execute on function grant_to_application from public;
--> statement-breakpoint

-- The application may insert orders and cancel them, as whole rows, for Drizzle names every column. How an order ends is
-- not its to say otherwise: one begins neither paid nor cancelled, and is cancelled once.
create function guard_order() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
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
--> statement-breakpoint
create trigger orders_end_once before insert or update on orders for each row execute function guard_order();
