-- The identity of this database, stored with each key, so that the key is void in a copy.

-- The WAL timeline this server writes on. It changes with every promotion and every point-in-time restore. Raises on a
-- standby, so that a standby never answers "void".
create or replace function wal_timeline() returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
$$;

-- The server's own identifier, which initdb made; 0 where it may not be read.
create or replace function journal_server() returns bigint
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select c.system_identifier from pg_control_system() c);
exception when undefined_function or insufficient_privilege or feature_not_supported then
  return 0;
end
$$;
revoke execute on function journal_server from public;

-- Which database this is: the server, the database, the table of open keys and the WAL timeline. Each changes where a copy is made
-- that could bring back a key that was called void: a dump restored on another server, in another database, over this one
-- (the table has another oid), a promotion, a restore to a point in time. A copy of the server's files has the same identity,
-- and needs `npm run restored` (void_open_keys). Raises on a standby.
create or replace function database_identity() returns text
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
  select concat_ws('/', public.journal_server(), d.oid, pg_catalog.to_regclass('public.idempotency_keys')::oid,
                   public.wal_timeline())
    from pg_database d where d.datname = current_database()
$$;
