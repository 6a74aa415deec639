-- What every function that decides about a key or about money begins with.

-- READ COMMITTED, because "look again in a later statement" sees nothing new under any other level: under REPEATABLE
-- READ a payment could be made twice. A synchronous commit, because what was decided may be told to somebody.
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

-- Answers that come from a read. Where synchronous standbys are configured, a row can be visible here before its standby
-- has it (after a crash of this server, or where a wait was cut short). So what is read is answered only once the
-- standby has everything that was written before: read first, then commit a small record that waits for it. Makes the
-- commit of the calling statement wait, whatever else it writes. Without such standbys it does nothing and writes nothing.
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

-- Whatever is told to have ended can pay no more: a session, an API key, a password, a role, a handle. Written by better-auth in
-- plain statements, on connections whose commits may not wait for the disk; after a crash it would be back.
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
create or replace trigger users_commit_synchronously after delete or update of email, email_verified, handle, role on users
  for each statement execute function commit_synchronously();
create or replace trigger orders_commit_synchronously after insert or update or delete on orders
  for each statement execute function commit_synchronously();
