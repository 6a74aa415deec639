CREATE TABLE "earlier_names" (
	"user_id" uuid NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "earlier_names_pkey" PRIMARY KEY("user_id","until")
);
--> statement-breakpoint
CREATE TABLE "security_events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"last_at" timestamp (3) with time zone NOT NULL,
	"kind" text NOT NULL,
	"user_id" uuid,
	"address" text,
	"user_agent" text,
	"detail" text,
	"count" integer DEFAULT 1 NOT NULL,
	"tally" uuid,
	CONSTRAINT "security_events_tally_unique" UNIQUE("tally"),
	CONSTRAINT "security_events_count_positive" CHECK ("security_events"."count" > 0),
	CONSTRAINT "security_events_texts_short" CHECK (length("security_events"."user_agent") <= 200 and length("security_events"."detail") <= 100)
);
--> statement-breakpoint
CREATE INDEX "security_events_at" ON "security_events" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "security_events_user" ON "security_events" USING btree ("user_id","at","id");--> statement-breakpoint
CREATE INDEX "security_events_kind" ON "security_events" USING btree ("kind","at","id");--> statement-breakpoint
CREATE INDEX "security_events_address" ON "security_events" USING btree ("address","at","id");--> statement-breakpoint
CREATE INDEX "security_events_counted" ON "security_events" USING btree ("at") WHERE tally is not null;--> statement-breakpoint
CREATE INDEX "users_newest" ON "users" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "users_role" ON "users" USING btree ("role","created_at","id");--> statement-breakpoint
CREATE INDEX "users_frozen" ON "users" USING btree ("created_at","id") WHERE frozen_at is not null;--> statement-breakpoint
CREATE INDEX "users_handle_beginning" ON "users" USING btree ("handle" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "users_email_beginning" ON "users" USING btree ("email" text_pattern_ops);--> statement-breakpoint
CREATE INDEX "users_name_words" ON "users" USING gin (to_tsvector('simple', "name"));--> statement-breakpoint
CREATE INDEX "audit_log_actor" ON "audit_log" USING btree ("actor_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action" ON "audit_log" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "merchant_requests_user" ON "merchant_requests" USING btree ("user_id","created_at");
--> statement-breakpoint
-- A new password, a new address: each with everything that goes with it, under the lock of the user's row. So of a reset and a
-- change at once one sees the other, and neither is done by half. For these functions alone.

-- Ends what the password of `of_user` has opened, and stores `notice`, the mail about the change, for the address that is theirs;
-- null: none. The caller holds the user's row, and has written the password.
create or replace function end_what_password_opened(of_user uuid, revokes_keys boolean, notice jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('once.session_end', 'password', true);
  delete from sessions s where s.user_id = of_user;
  perform set_config('once.session_end', '', true);
  if revokes_keys then
    delete from api_keys k where k.reference_id = of_user;
  end if;
  perform store_notice(of_user, notice);
end
$$;
--> statement-breakpoint
revoke execute on function end_what_password_opened from public;
--> statement-breakpoint
-- Sets the password of `of_user` by the link `link_id`, which their mailbox (`at_email`) was sent. Returns
--   done      the link and all others like it are consumed, every session has ended, keys are revoked where that is wanted,
--             the address is proven
--   expired   the link is gone; nothing was changed
create or replace function reset_password_v1(
  of_user uuid, link_id uuid, at_email text, new_hash text, revokes_keys boolean, notice jsonb
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform assert_decisive();
  perform from users u where u.id = of_user for no key update;
  delete from verifications v where v.id = link_id and v.value = of_user::text and v.expires_at > now();
  if not found then
    return 'expired';
  end if;
  delete from verifications v where v.value = of_user::text;
  perform set_config('once.password_change', 'reset', true);
  update credentials c set password = new_hash, updated_at = now()
   where c.user_id = of_user and c.provider_id = 'credential';
  if not found then
    insert into credentials (id, user_id, provider_id, account_id, password)
    values (gen_random_uuid(), of_user, 'credential', of_user::text, new_hash);
  end if;
  perform set_config('once.password_change', '', true);
  update users u set email_verified = true where u.id = of_user and u.email = at_email and not u.email_verified;
  perform end_what_password_opened(of_user, revokes_keys, notice);
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function reset_password_v1 from public;
--> statement-breakpoint
-- What operators do to people beside giving roles and freezing: names, sessions, API keys.

-- Renames a person. A merchant's or operator's name is one that no other of them can be taken for, however many are renamed at
-- once; receipts show the name of when they were paid (earlier-names.sql). Returns
--   done           and written to the audit log
--   unchanged      it is the name already
--   not_operator, self, unknown_user, name_taken
create or replace function rename_person_v1(
  actor uuid, of_user uuid, new_name text, new_name_skeleton text, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  role_now text;
  before_name text;
  handle_skeleton_now text;
  verdict text;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select u.role, u.name, u.handle_skeleton into role_now, before_name, handle_skeleton_now
    from users u where u.id = of_user;
  if not found then
    return 'unknown_user';
  end if;
  if before_name = new_name then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  verdict := change_role(of_user, role_now, new_name, new_name_skeleton, handle_skeleton_now);
  if verdict <> 'done' then
    return verdict;
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'rename', 'user', of_user::text, reason,
    jsonb_build_object('name', before_name), jsonb_build_object('name', new_name));
  return 'done';
end
$$;
--> statement-breakpoint
-- Ends the session `of_session` of a person, or all of them where that is null, for good. Returns
--   done           and written to the audit log
--   unchanged      there is none (any more)
--   not_operator, self, unknown_user
create or replace function end_sessions_v1(actor uuid, of_user uuid, of_session uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  ended integer;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  if not exists (select from users u where u.id = of_user) then
    return 'unknown_user';
  end if;
  perform set_config('once.session_end', 'operator', true);
  -- What has expired is gone as well, and nothing that anybody ended.
  with gone as (
    delete from sessions s where s.user_id = of_user and (of_session is null or s.id = of_session) returning s.expires_at
  )
  select count(*) filter (where g.expires_at > now()) into ended from gone g;
  perform set_config('once.session_end', '', true);
  if ended = 0 then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'end-sessions', 'user', of_user::text, reason, null,
    jsonb_strip_nulls(jsonb_build_object('ended', ended, 'session', of_session)));
  return 'done';
end
$$;
--> statement-breakpoint
-- Revokes the API key `of_key` of a person, or all of them where that is null, for good. One that is being made waits, and then
-- finds itself revoked with the others (judgeNewKey). Returns done, unchanged, not_operator, self or unknown_user.
create or replace function revoke_api_keys_v1(actor uuid, of_user uuid, of_key uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  revoked jsonb;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  if not exists (select from users u where u.id = of_user) then
    return 'unknown_user';
  end if;
  with gone as (
    delete from api_keys k where k.reference_id = of_user and (of_key is null or k.id = of_key)
    returning k.id, k.name, k.start
  )
  select jsonb_agg(jsonb_build_object('name', g.name, 'start', g.start) order by g.id) into revoked from gone g;
  if revoked is null then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'revoke-api-keys', 'user', of_user::text, reason,
    jsonb_build_object('keys', revoked), jsonb_build_object('keys', jsonb_build_array()));
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function rename_person_v1, end_sessions_v1, revoke_api_keys_v1 from public;
--> statement-breakpoint
-- A name that somebody had is kept with the moment until which it was theirs, by whatever statement it is changed: a receipt
-- shows the name of when it was paid.
create or replace function keep_earlier_name() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  this_moment timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  if new.name is distinct from old.name then
    select greatest(this_moment, max(n.until) + interval '1 millisecond') into this_moment
      from earlier_names n where n.user_id = old.id;
    insert into earlier_names (user_id, until, name) values (old.id, this_moment, old.name);
  end if;
  return null;
end
$$;
--> statement-breakpoint
revoke execute on function keep_earlier_name from public;
--> statement-breakpoint
create or replace trigger users_keep_earlier_name after update of name on users
  for each row execute function keep_earlier_name();
--> statement-breakpoint
create or replace trigger earlier_names_append_only before update or delete on earlier_names
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger earlier_names_no_truncate before truncate on earlier_names
  for each statement execute function refuse_change();
--> statement-breakpoint
alter table earlier_names enable always trigger earlier_names_append_only;
--> statement-breakpoint
alter table earlier_names enable always trigger earlier_names_no_truncate;
--> statement-breakpoint
-- Security events. What changes a session, a password, an address or an API key writes its event by a trigger, in the statement
-- that changes it, whichever way it comes; what is refused is gathered by the application and counted (record.ts).

-- Appends an event of its own. Internal. The address and the browser are cut to what a row holds.
create or replace function write_security_event(of_kind text, of_user uuid, from_address text, from_agent text, about text)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  this_moment constant timestamptz := date_trunc('milliseconds', clock_timestamp());
  milliseconds constant bigint := (extract(epoch from this_moment) * 1000)::bigint;
begin
  insert into security_events (id, at, last_at, kind, user_id, address, user_agent, detail, count)
  values (overlay(replace(gen_random_uuid()::text, '-', '') placing lpad(to_hex(milliseconds), 12, '0') || '7' from 1)::uuid,
          this_moment, this_moment, of_kind, of_user, nullif(from_address, ''), nullif(left(from_agent, 200), ''),
          nullif(left(about, 100), ''), 1);
end
$$;
--> statement-breakpoint
revoke execute on function write_security_event from public;
--> statement-breakpoint
-- Whose request the statement serves, where it says so: {"address", "userAgent"}, set for the transaction as once.origin.
create or replace function security_origin() returns jsonb
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$ select nullif(current_setting('once.origin', true), '')::jsonb $$;
--> statement-breakpoint
revoke execute on function security_origin from public;
--> statement-breakpoint
-- A session that begins, and one that ends while it was good: with its own address and browser. Why it ends, once.session_end
-- may say: 'sign-out', 'password', 'operator'; unset, its user ended it.
create or replace function note_session() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  why constant text := nullif(current_setting('once.session_end', true), '');
begin
  if tg_op = 'INSERT' then
    perform write_security_event('signed-in', new.user_id, new.ip_address, new.user_agent, null);
  elsif old.expires_at > now() then
    perform write_security_event(
      case when why = 'sign-out' then 'signed-out' else 'session-ended' end, old.user_id, old.ip_address, old.user_agent,
      nullif(why, 'sign-out'));
  end if;
  return null;
end
$$;
--> statement-breakpoint
revoke execute on function note_session from public;
--> statement-breakpoint
create or replace trigger sessions_note after insert or delete on sessions for each row execute function note_session();
--> statement-breakpoint
-- A password that is another one now. The one that an account begins with is none.
create or replace function note_password() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  is_reset constant boolean := coalesce(current_setting('once.password_change', true) = 'reset', false);
  origin constant jsonb := security_origin();
begin
  if tg_op = 'UPDATE' and new.password is distinct from old.password or tg_op = 'INSERT' and is_reset then
    perform write_security_event(
      case when is_reset then 'password-reset' else 'password-changed' end, new.user_id, origin ->> 'address',
      origin ->> 'userAgent', null);
  end if;
  return null;
end
$$;
--> statement-breakpoint
revoke execute on function note_password from public;
--> statement-breakpoint
create or replace trigger credentials_note after insert or update of password on credentials
  for each row execute function note_password();
--> statement-breakpoint
create or replace function note_user() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  origin constant jsonb := security_origin();
begin
  if tg_op = 'INSERT' then
    perform write_security_event('signed-up', new.id, origin ->> 'address', origin ->> 'userAgent', null);
  elsif new.email is distinct from old.email then
    perform write_security_event('address-changed', new.id, origin ->> 'address', origin ->> 'userAgent', null);
  end if;
  return null;
end
$$;
--> statement-breakpoint
revoke execute on function note_user from public;
--> statement-breakpoint
create or replace trigger users_note after insert or update of email on users for each row execute function note_user();
--> statement-breakpoint
-- An API key, by how it starts; the rest of it is a secret.
create or replace function note_api_key() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  origin constant jsonb := security_origin();
begin
  if tg_op = 'INSERT' then
    perform write_security_event(
      'api-key-made', new.reference_id, origin ->> 'address', origin ->> 'userAgent', new.start);
  else
    perform write_security_event(
      'api-key-revoked', old.reference_id, origin ->> 'address', origin ->> 'userAgent', old.start);
  end if;
  return null;
end
$$;
--> statement-breakpoint
revoke execute on function note_api_key from public;
--> statement-breakpoint
create or replace trigger api_keys_note after insert or delete on api_keys for each row execute function note_api_key();
--> statement-breakpoint
-- Ends the session of this token as its user's signing out; one that is gone is left at that. Returns how many it ended.
create or replace function sign_out_v1(of_token text) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  ended integer;
begin
  perform assert_decisive();
  perform set_config('once.session_end', 'sign-out', true);
  delete from sessions s where s.token = of_token;
  get diagnostics ended = row_count;
  perform set_config('once.session_end', '', true);
  return ended;
end
$$;
--> statement-breakpoint
revoke execute on function sign_out_v1 from public;
--> statement-breakpoint
-- Counts refusals, each element of `batch` one kind, address, user and minute, with how many there were. Best effort: nothing is
-- decided from it, so its commit waits for no disk. Sorted, because several servers count in the same rows.
create or replace function record_security_events_v1(batch jsonb) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into security_events as counted (id, at, last_at, kind, user_id, address, user_agent, detail, count, tally)
  with refusals as (
    select r.*, coalesce(r.user_id, u.id) as whose,
           md5(concat_ws('|', r.kind, coalesce(r.address, '-'), coalesce(r.user_id, u.id)::text, r.minute))::uuid as tally
      from jsonb_to_recordset(batch) as r(
             id uuid, at timestamptz, last_at timestamptz, kind text, user_id uuid, email text, address text, user_agent text,
             detail text, count integer, minute bigint)
      left join users u on u.email = r.email
  )
  -- Addresses that are nobody's are counted together.
  select (array_agg(r.id order by r.at))[1], min(r.at), max(r.last_at), r.kind, r.whose, r.address,
         left((array_agg(r.user_agent order by r.at))[1], 200), left((array_agg(r.detail order by r.at))[1], 100),
         sum(r.count)::integer, r.tally
    from refusals r group by r.kind, r.whose, r.address, r.tally order by r.tally
  on conflict (tally) do update
     set count = counted.count + excluded.count, last_at = greatest(counted.last_at, excluded.last_at);
end
$$;
--> statement-breakpoint
revoke execute on function record_security_events_v1 from public;
--> statement-breakpoint
-- Deletes at most `rows_max` refusals that are older than 90 days, and as many events older than 400 days: longer than a year,
-- so that two years' same season can be compared. The audit log stays for ever. Returns how many went.
create or replace function prune_security_events_v1(rows_max integer) returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  refusals integer;
  others integer;
begin
  perform set_config('synchronous_commit', 'off', true);
  delete from security_events e where e.id in (
    select o.id from security_events o where o.tally is not null and o.at < now() - interval '90 days'
     order by o.at limit rows_max for update skip locked);
  get diagnostics refusals = row_count;
  delete from security_events e where e.id in (
    select o.id from security_events o where o.at < now() - interval '400 days'
     order by o.at limit rows_max for update skip locked);
  get diagnostics others = row_count;
  return refusals + others;
end
$$;
--> statement-breakpoint
revoke execute on function prune_security_events_v1 from public;
--> statement-breakpoint
-- An event stays as it was written: a count alone grows, and only what is old enough to be pruned goes.
create or replace function keep_security_event() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'DELETE' then
    -- In brackets: PL/pgSQL takes the first THEN outside of them for its own.
    if old.at < (now() - case when old.tally is not null then interval '90 days' else interval '400 days' end) then
      return old;
    end if;
  elsif tg_op = 'UPDATE' then
    if old.tally is not null and new.count > old.count and new.last_at >= old.last_at
       and (new.id, new.at, new.kind, new.user_id, new.address, new.user_agent, new.detail, new.tally)
             is not distinct from
           (old.id, old.at, old.kind, old.user_id, old.address, old.user_agent, old.detail, old.tally) then
      return new;
    end if;
  end if;
  raise exception 'Security events are never changed, and removed only when they are old'
    using errcode = 'integrity_constraint_violation';
end
$$;
--> statement-breakpoint
create or replace trigger security_events_kept before update or delete on security_events
  for each row execute function keep_security_event();
--> statement-breakpoint
create or replace trigger security_events_no_truncate before truncate on security_events
  for each statement execute function keep_security_event();
--> statement-breakpoint
alter table security_events enable always trigger security_events_kept;
--> statement-breakpoint
alter table security_events enable always trigger security_events_no_truncate;
