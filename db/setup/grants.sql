-- The application's role may read and call the functions, and may not write money tables itself. Start-up calls this as the
-- owner of the tables for the role that the application logs in as, so that a role given by DATABASE_URL gets what the
-- embedded server's once_app has. The functions with a version in their name are the API; the others are internal.
create or replace function grant_to_application(app_role name) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  entrance regprocedure;
begin
  execute format('grant usage on schema public to %I', app_role);
  execute format('grant select on all tables in schema public to %I', app_role);
  -- Readiness looks whether this build's migrations are there.
  if to_regclass('drizzle.__drizzle_migrations') is not null then
    execute format('grant usage on schema drizzle to %I', app_role);
    execute format('grant select on drizzle.__drizzle_migrations to %I', app_role);
  end if;
  execute format('grant insert, update, delete on users, sessions, credentials, verifications, rate_limits, api_keys to %I',
                 app_role);
  execute format('grant insert, update, delete on mail_outbox, pending_sign_ups to %I', app_role);
  execute format('grant insert on orders, payment_links to %I', app_role);
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
revoke execute on function grant_to_application from public;
