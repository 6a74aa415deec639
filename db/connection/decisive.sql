-- Every function that decides about a key or about money begins with this.

-- READ COMMITTED, because a later statement sees newer commits under no other level: under REPEATABLE READ a payment could
-- be made twice. A synchronous commit, because the decision is reported to the client.
create or replace function assert_decisive() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Once decides about keys under READ COMMITTED only, not under %',
      upper(current_setting('transaction_isolation'))
      using errcode = 'invalid_transaction_state', hint = 'Set default_transaction_isolation to "read committed".';
  end if;
  if current_setting('synchronous_commit') in ('off', 'local', 'remote_write') then
    perform set_config('synchronous_commit', 'on', true);
  end if;
end
$$;

-- For functions that answer from a read. With synchronous standbys, a row can be visible here before its standby has it
-- (after a crash of this server, or a cancelled wait). So they read first, then commit a small WAL record, which waits until
-- the standby has everything that was written before. Without such standbys it does nothing.
create or replace function wait_for_standbys() returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_variable
begin
  if current_setting('synchronous_standby_names') <> '' then
    perform pg_logical_emit_message(true, 'once', '');
  end if;
end
$$;

-- A session, an API key, a password, a role or a handle that was reported as ended must not return after a crash. better-auth
-- writes them in plain statements, on connections whose commits may be asynchronous.
create or replace function commit_synchronously() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform assert_decisive();
  return null;
end
$$;

create or replace trigger sessions_commit_synchronously after delete or update of token, user_id, expires_at on sessions
  for each statement execute function commit_synchronously();
create or replace trigger api_keys_commit_synchronously after delete or update of key, reference_id, enabled, permissions, expires_at on api_keys
  for each statement execute function commit_synchronously();
create or replace trigger credentials_commit_synchronously after delete or update of password, user_id on credentials
  for each statement execute function commit_synchronously();
create or replace trigger users_commit_synchronously after delete or update of email, email_verified, handle, role, frozen_at on users
  for each statement execute function commit_synchronously();
create or replace trigger orders_commit_synchronously after insert or update or delete on orders
  for each statement execute function commit_synchronously();
