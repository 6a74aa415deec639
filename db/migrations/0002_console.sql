CREATE TABLE "earlier_names" (
	"user_id" uuid NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "earlier_names_pkey" PRIMARY KEY("user_id","until")
);
--> statement-breakpoint
CREATE TABLE "reconcile_results" (
	"run_id" uuid NOT NULL,
	"check_name" text NOT NULL,
	"outcome" text NOT NULL,
	"slices" integer NOT NULL,
	"total_ms" integer NOT NULL,
	"longest_ms" integer NOT NULL,
	"found" integer NOT NULL,
	"rows" jsonb NOT NULL,
	"failure" text,
	"finished_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "reconcile_results_pkey" PRIMARY KEY("run_id","check_name"),
	CONSTRAINT "reconcile_results_outcome_known" CHECK ("reconcile_results"."outcome" in ('right', 'wrong', 'failed')),
	CONSTRAINT "reconcile_results_found" CHECK (("reconcile_results"."outcome" = 'wrong') = ("reconcile_results"."found" > 0))
);
--> statement-breakpoint
CREATE TABLE "reconcile_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"asked_by" uuid,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"started_at" timestamp (3) with time zone,
	"holder" uuid,
	"alive_until" timestamp (3) with time zone,
	"takeovers" integer DEFAULT 0 NOT NULL,
	"check_now" text,
	"slice_now" integer DEFAULT 0 NOT NULL,
	"from_position" bigint,
	"from_hash" "bytea",
	"to_position" bigint,
	"to_hash" "bytea",
	"finished_at" timestamp (3) with time zone,
	"outcome" text,
	CONSTRAINT "reconcile_runs_kind_known" CHECK ("reconcile_runs"."kind" in ('full', 'incremental')),
	CONSTRAINT "reconcile_runs_end_whole" CHECK (("reconcile_runs"."finished_at" is null) = ("reconcile_runs"."outcome" is null) and "reconcile_runs"."outcome" in ('right', 'wrong', 'failed'))
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
CREATE TABLE "service_minutes" (
	"minute" timestamp (3) with time zone NOT NULL,
	"server" uuid NOT NULL,
	"counts" jsonb NOT NULL,
	"levels" jsonb NOT NULL,
	CONSTRAINT "service_minutes_pkey" PRIMARY KEY("minute","server")
);
--> statement-breakpoint
CREATE INDEX "reconcile_results_check" ON "reconcile_results" USING btree ("check_name","finished_at");--> statement-breakpoint
CREATE UNIQUE INDEX "reconcile_runs_one_open" ON "reconcile_runs" USING btree ("kind") WHERE finished_at is null;--> statement-breakpoint
CREATE INDEX "reconcile_runs_asked" ON "reconcile_runs" USING btree ("kind","asked_at","id");--> statement-breakpoint
CREATE INDEX "reconcile_runs_outcome" ON "reconcile_runs" USING btree ("kind","outcome","asked_at");--> statement-breakpoint
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
--> statement-breakpoint
-- Verifies a slice of the journal: up to rows_max seals after the given one, whose hash the caller has from the slice before
-- (position 0 has the hash zero). Returns its first fault, or none, and the last seal it read, which the next slice goes on
-- from; as verify_seals_v1 does for the whole journal, which holds a snapshot for as long as that takes.
--   altered    the transfer, its payment or the seal is not what was sealed
--   missing    the transfer or its payment is gone
--   gap        the seal of this position is gone
create or replace function verify_seals_slice_v1(after_position bigint, after_hash bytea, rows_max integer)
returns table (seals integer, last_position bigint, last_hash bytea, "position" bigint, transfer_id uuid, fault text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  with slice as (
    select s.position, s.transfer_id, s.sealed_at, s.hash from ledger_seals s
     where s.position > verify_seals_slice_v1.after_position
     order by s.position limit verify_seals_slice_v1.rows_max
  ), chain as (
    select s.*, lag(s.position, 1, verify_seals_slice_v1.after_position) over journal as position_before,
           lag(s.hash, 1, verify_seals_slice_v1.after_hash) over journal as hash_before
      from slice s
    window journal as (order by s.position)
  ), broken as (
    select c.position, c.transfer_id, c.position_before, t.id is null or p.id is null as incomplete
      from chain c
      left join ledger_transfers t on t.id = c.transfer_id
      left join payments p on p.id = c.transfer_id
     where c.position <> c.position_before + 1
        or sha256(c.hash_before || sealed_content_v1(c.sealed_at, t.*, p.*)) is distinct from c.hash
     order by c.position limit 1
  )
  select (select count(*)::integer from slice), last.position, last.hash,
         case when b.position > b.position_before + 1 then b.position_before + 1 else b.position end,
         case when b.position > b.position_before + 1 then null else b.transfer_id end,
         case when b.position is null then null
              when b.position > b.position_before + 1 then 'gap'
              when b.incomplete then 'missing'
              else 'altered' end
    from (select 1) always
    left join (select s.position, s.hash from slice s order by s.position desc limit 1) last on true
    left join broken b on true
$$;
--> statement-breakpoint
revoke execute on function verify_seals_slice_v1 from public;
--> statement-breakpoint
-- Runs of reconciliation. A run is worked on by whoever has claimed it and says so again and again; one that has said nothing
-- for a while is claimed by another, and what the first still writes is not taken. No transaction stays open meanwhile: it
-- would hold the sealer back. Two that check the books at once would do no harm: they only read.

-- An operator asks for a run over all the books. Returns
--   asked          it waits, and the next server that looks begins
--   found          this very run was asked for before
--   running        another one is under way or waits: that one is enough
--   not_operator
create or replace function ask_reconcile_v1(actor uuid, run_id uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if exists (select from reconcile_runs r where r.id = run_id) then
    return 'found';
  end if;
  insert into reconcile_runs (id, kind, asked_by, asked_at)
  values (run_id, 'full', actor, date_trunc('milliseconds', clock_timestamp()))
  on conflict do nothing;
  return case when found then 'asked' else 'running' end;
end
$$;
--> statement-breakpoint
-- Claims a run of a kind for by_holder: one that was asked for, one whose holder is gone, or a new one where one is due.
-- Returns it, or no row. A full run is due `every` so often, and where an incremental one has found something since the
-- last began; an incremental one needs a run before it to go on from. Safe on any number of servers at once.
create or replace function claim_reconcile_v1(
  by_holder uuid, wanted_kind text, every interval, alive_for interval
)
returns table (run_id uuid, was_begun boolean, from_position bigint, from_hash bytea, to_position bigint, to_hash bytea)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_column
declare
  now_at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
  open_run reconcile_runs;
  base reconcile_runs;
  last_full reconcile_runs;
  head ledger_seal_head;
begin
  perform set_config('synchronous_commit', 'off', true);
  select r.* into open_run from reconcile_runs r
   where r.kind = wanted_kind and r.finished_at is null for update skip locked;
  if found then
    if open_run.alive_until >= now_at then
      return;
    end if;
  elsif exists (select from reconcile_runs r where r.kind = wanted_kind and r.finished_at is null) then
    -- Somebody else is claiming it now.
    return;
  else
    if exists (select from reconcile_runs r where r.kind = wanted_kind and r.asked_at > now_at - every)
       and not (wanted_kind = 'full' and found_since_last_full()) then
      return;
    end if;
    if wanted_kind = 'incremental' then
      select r.* into base from reconcile_runs r
       where r.kind = 'incremental' and r.finished_at is not null order by r.asked_at desc, r.id desc limit 1;
      if not found then
        select r.* into base from reconcile_runs r
         where r.kind = 'full' and r.finished_at is not null order by r.asked_at desc, r.id desc limit 1;
        if not found then
          return;
        end if;
      end if;
    end if;
    insert into reconcile_runs (id, kind, asked_at, from_position, from_hash)
    values (gen_random_uuid(), wanted_kind, now_at, base.to_position, base.to_hash)
    on conflict do nothing
    returning * into open_run;
    if not found then
      return;
    end if;
  end if;

  select h.* into head from ledger_seal_head h where h.id = 1;
  return query
    update reconcile_runs r
       set holder = by_holder, alive_until = now_at + alive_for, started_at = coalesce(r.started_at, now_at),
           takeovers = r.takeovers + case when r.holder is null then 0 else 1 end,
           check_now = null, slice_now = 0,
           -- Where it began, also for who goes on with it.
           to_position = case when r.started_at is null then head.position else r.to_position end,
           to_hash = case when r.started_at is null then head.hash else r.to_hash end
     where r.id = open_run.id
    returning r.id, open_run.started_at is not null, r.from_position, r.from_hash, r.to_position, r.to_hash;
end
$$;
--> statement-breakpoint
-- Whether an incremental run has found something since the last full run was asked for, which had found nothing: where the
-- full run has found it as well, another would only say so again.
create or replace function found_since_last_full() returns boolean
language sql stable
set search_path = pg_catalog, public, pg_temp
as $$
  select coalesce(bool_or(last.outcome = 'right' and exists (
           select from reconcile_runs r
            where r.kind = 'incremental' and r.outcome = 'wrong' and r.asked_at >= last.asked_at)), false)
    from (select f.outcome, f.asked_at from reconcile_runs f
           where f.kind = 'full' and f.finished_at is not null order by f.asked_at desc, f.id desc limit 1) last
$$;
--> statement-breakpoint
-- Says that by_holder is alive, and how far it is. False where the run is no longer its own.
create or replace function note_reconcile_v1(
  of_run uuid, by_holder uuid, of_check text, of_slice integer, alive_for interval
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  update reconcile_runs r
     set alive_until = clock_timestamp() + alive_for, check_now = of_check, slice_now = of_slice
   where r.id = of_run and r.holder = by_holder and r.finished_at is null;
  return found;
end
$$;
--> statement-breakpoint
-- Writes what a check has said, once. False where the run is no longer by_holder's. What was found waits for the disk.
create or replace function add_reconcile_result_v1(
  of_run uuid, by_holder uuid, of_check text, of_outcome text, in_slices integer, in_ms integer, of_longest_ms integer,
  rows_found integer, first_rows jsonb, of_failure text
)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if of_outcome = 'right' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  perform from reconcile_runs r
    where r.id = of_run and r.holder = by_holder and r.finished_at is null for no key update;
  if not found then
    return false;
  end if;
  insert into reconcile_results (run_id, check_name, outcome, slices, total_ms, longest_ms, found, rows, failure, finished_at)
  values (of_run, of_check, of_outcome, in_slices, in_ms, of_longest_ms, rows_found, first_rows, of_failure,
          date_trunc('milliseconds', clock_timestamp()))
  on conflict do nothing;
  return true;
end
$$;
--> statement-breakpoint
-- Ends a run with what its checks have said together. False where it is no longer by_holder's.
create or replace function finish_reconcile_v1(of_run uuid, by_holder uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  update reconcile_runs r
     set finished_at = date_trunc('milliseconds', clock_timestamp()), check_now = null, slice_now = 0,
         outcome = (select case when bool_or(s.outcome = 'wrong') then 'wrong'
                                when bool_or(s.outcome = 'failed') then 'failed'
                                else 'right' end
                      from reconcile_results s where s.run_id = of_run)
   where r.id = of_run and r.holder = by_holder and r.finished_at is null;
  return found;
end
$$;
--> statement-breakpoint
-- Deletes up to rows_max old runs with what they said: full ones after half a year, incremental ones after a day. Runs that
-- found something stay, and so does the last of each kind. Returns how many went.
create or replace function prune_reconcile_v1(rows_max integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  old_run uuid;
  pruned integer := 0;
begin
  perform set_config('synchronous_commit', 'off', true);
  for old_run in
    select r.id from reconcile_runs r
     where r.outcome <> 'wrong'
       and (r.kind = 'full' and r.asked_at < now() - interval '180 days'
            or r.kind = 'incremental' and r.asked_at < now() - interval '1 day')
       and exists (select from reconcile_runs later
                    where later.kind = r.kind and later.finished_at is not null and later.asked_at > r.asked_at)
     order by r.asked_at, r.id
     limit rows_max
       for update skip locked
  loop
    delete from reconcile_results s where s.run_id = old_run;
    delete from reconcile_runs r where r.id = old_run;
    pruned := pruned + 1;
  end loop;
  return pruned;
end
$$;
--> statement-breakpoint
revoke execute on function ask_reconcile_v1, claim_reconcile_v1, found_since_last_full, note_reconcile_v1,
  add_reconcile_result_v1, finish_reconcile_v1, prune_reconcile_v1 from public;
--> statement-breakpoint
-- Writes what one server saw in some minutes, whole: the same minute again replaces what it had said before, so a call that
-- is sent again counts nothing twice. Nobody waits for it, and its commit waits for no disk. Deletes what is older than eight
-- days, which is more than a chart shows.
create or replace function record_service_minutes_v1(of_server uuid, batch jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into service_minutes (minute, server, counts, levels)
  select m.minute, of_server, m.counts, m.levels
    from jsonb_to_recordset(batch) as m(minute timestamptz, counts jsonb, levels jsonb)
   order by m.minute
  on conflict (minute, server) do update set counts = excluded.counts, levels = excluded.levels;
  delete from service_minutes s
   where (s.minute, s.server) in (
           select old.minute, old.server from service_minutes old
            where old.minute < now() - interval '8 days'
            order by old.minute, old.server limit 500 for update skip locked);
end
$$;
--> statement-breakpoint
revoke execute on function record_service_minutes_v1 from public;
--> statement-breakpoint
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
--> statement-breakpoint
revoke execute on function grant_to_application from public;
