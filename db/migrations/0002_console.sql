CREATE TABLE "earlier_names" (
	"user_id" uuid NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"name" text NOT NULL,
	CONSTRAINT "earlier_names_pkey" PRIMARY KEY("user_id","until")
);
--> statement-breakpoint
CREATE TABLE "ledger_adjustments" (
	"id" uuid PRIMARY KEY NOT NULL,
	"asked_by" uuid NOT NULL,
	"debit_account_id" uuid NOT NULL,
	"credit_account_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"reason" text NOT NULL,
	"asked_at" timestamp (3) with time zone NOT NULL,
	"state" text NOT NULL,
	"ended_by" uuid,
	"end_reason" text,
	"ended_at" timestamp (3) with time zone,
	"payment_id" uuid,
	CONSTRAINT "ledger_adjustments_amount_positive" CHECK ("ledger_adjustments"."amount_minor" > 0),
	CONSTRAINT "ledger_adjustments_two_accounts" CHECK ("ledger_adjustments"."debit_account_id" <> "ledger_adjustments"."credit_account_id"),
	CONSTRAINT "ledger_adjustments_reason_given" CHECK (btrim("ledger_adjustments"."reason") <> ''),
	CONSTRAINT "ledger_adjustments_state_known" CHECK ("ledger_adjustments"."state" in ('pending', 'done', 'declined', 'refused', 'withdrawn')),
	CONSTRAINT "ledger_adjustments_ended_whole" CHECK (("ledger_adjustments"."state" = 'pending') = ("ledger_adjustments"."ended_at" is null) and ("ledger_adjustments"."ended_at" is null) = ("ledger_adjustments"."ended_by" is null) and ("ledger_adjustments"."state" in ('refused', 'withdrawn')) = ("ledger_adjustments"."end_reason" is not null) and ("ledger_adjustments"."state" in ('done', 'declined')) = ("ledger_adjustments"."payment_id" is not null)),
	CONSTRAINT "ledger_adjustments_two_operators" CHECK ("ledger_adjustments"."state" in ('pending', 'withdrawn') or "ledger_adjustments"."ended_by" <> "ledger_adjustments"."asked_by")
);
--> statement-breakpoint
CREATE TABLE "reconcile_results" (
	"run_id" uuid NOT NULL,
	"kind" text NOT NULL,
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
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_kind_known";--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_kind_known";--> statement-breakpoint
DROP INDEX "payments_taken_out";--> statement-breakpoint
ALTER TABLE "ledger_accounts" ALTER COLUMN "created_at" SET DEFAULT date_trunc('milliseconds', now());--> statement-breakpoint
ALTER TABLE "mail_outbox" ALTER COLUMN "enqueued_at" SET DEFAULT date_trunc('milliseconds', now());--> statement-breakpoint
ALTER TABLE "mail_outbox" ALTER COLUMN "due_at" SET DEFAULT date_trunc('milliseconds', now());--> statement-breakpoint
ALTER TABLE "orders" ALTER COLUMN "created_at" SET DEFAULT date_trunc('milliseconds', now());--> statement-breakpoint
ALTER TABLE "payment_links" ALTER COLUMN "created_at" SET DEFAULT date_trunc('milliseconds', now());--> statement-breakpoint
CREATE INDEX "ledger_adjustments_asked" ON "ledger_adjustments" USING btree ("asked_at","id");--> statement-breakpoint
CREATE INDEX "ledger_adjustments_state" ON "ledger_adjustments" USING btree ("state","asked_at","id");--> statement-breakpoint
CREATE INDEX "reconcile_results_check" ON "reconcile_results" USING btree ("check_name","kind","finished_at");--> statement-breakpoint
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
CREATE INDEX "ledger_accounts_currency" ON "ledger_accounts" USING btree ("currency","id");--> statement-breakpoint
CREATE INDEX "ledger_accounts_closed" ON "ledger_accounts" USING btree ("id") WHERE closed_at is not null;--> statement-breakpoint
CREATE INDEX "audit_log_actor" ON "audit_log" USING btree ("actor_id","at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action" ON "audit_log" USING btree ("action","at","id");--> statement-breakpoint
CREATE INDEX "merchant_requests_user" ON "merchant_requests" USING btree ("user_id","created_at");--> statement-breakpoint
CREATE INDEX "payments_refunds_of" ON "payments" USING btree ("subject_id") WHERE kind = 'refund' and status = 'succeeded';--> statement-breakpoint
CREATE INDEX "payments_settled_at" ON "payments" USING brin ("settled_at") WITH (pages_per_range=32,autosummarize=true);--> statement-breakpoint
CREATE INDEX "payments_taken_out" ON "payments" USING btree ("payer_account_id","settled_at","id") WHERE status = 'succeeded' and kind in ('funding', 'adjustment');--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_kind_known" CHECK ("idempotency_keys"."kind" in ('order', 'transfer', 'refund', 'top-up', 'funding', 'adjustment'));--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_adjustment_has_reason" CHECK ("payments"."kind" <> 'adjustment' or "payments"."note" is not null);--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_kind_known" CHECK ("payments"."kind" in ('order', 'transfer', 'refund', 'top-up', 'funding', 'adjustment'));
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
-- Issues the keys of a batch that nothing stands in the way of, as issue_key_v1 does and in its order: an insert, which waits for
-- a settle in flight; then, in a later statement, the look for a succeeded payment of the purpose. Whatever comes in between (a row of
-- the purpose, its payment, a full cap, an order that is not there) leaves that entry without a key, and issue_key_v1 says what it is.
-- The keys are inserted in one order everywhere, so that batches do not wait for each other in a circle.
-- `batch`: a JSON array of {n, user_id, key, kind, purpose_id, subject_id, count_max}. Where count_max is not null, the user's open
-- keys are counted so far, once for all entries of theirs, and so many are too many.
-- Returns each entry's number, when its key expires (null: it has none), and what was counted.
create or replace function issue_new_keys_v1(batch jsonb, lifetime interval)
returns table (n integer, expires_at timestamptz, open_keys integer)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
-- The others of the batch wait as well: whoever meets a lock that is held longer is issued a key alone.
set lock_timeout = '100ms'
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  wanted record;
  counted_of uuid;
  counted_max integer;
  counted integer;
begin
  perform assert_decisive();
  for wanted in
    select w.* from jsonb_to_recordset(batch) w (
      n integer, user_id uuid, key uuid, kind text, purpose_id uuid, subject_id uuid, count_max integer)
     order by w.user_id, w.kind, w.purpose_id
  loop
    n := wanted.n;
    expires_at := null;
    open_keys := null;
    if wanted.count_max is not null then
      if (wanted.user_id, wanted.count_max) is distinct from (counted_of, counted_max) then
        select count(*) into counted from (
          select from idempotency_keys k where k.user_id = wanted.user_id and k.issued_in = here limit wanted.count_max) q;
        counted_of := wanted.user_id;
        counted_max := wanted.count_max;
      end if;
      open_keys := counted;
    end if;
    if (open_keys is null or open_keys < wanted.count_max)
      and (wanted.kind <> 'order' or exists (select from orders o where o.id = wanted.purpose_id)) then
      insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, issued_in)
      values (wanted.user_id, wanted.key, wanted.kind, wanted.purpose_id, wanted.subject_id, now() + lifetime, here)
      on conflict (user_id, kind, purpose_id) do nothing
      returning idempotency_keys.expires_at into expires_at;
      -- A later statement, so it sees a settle that the insert waited for.
      if found and exists (
        select from payments p
         where p.user_id = wanted.user_id and p.kind = wanted.kind and p.purpose_id = wanted.purpose_id
           and p.status = 'succeeded') then
        delete from idempotency_keys k where k.user_id = wanted.user_id and k.key = wanted.key;
        expires_at := null;
      end if;
      if expires_at is not null then
        counted := counted + 1;
      end if;
    end if;
    return next;
  end loop;

  -- What is set last counts at commit. Losing new keys in a crash is safe: they are void then.
  perform set_config('synchronous_commit', 'off', true);
end
$$;
--> statement-breakpoint
revoke execute on function issue_new_keys_v1 from public;
--> statement-breakpoint
-- What operators learn of keys, and do to them. Everybody else is told of their own keys only (state.sql, revoke.sql).

-- The state of a key, whoever it was issued to: settled or open, with its user; else void. Keys are read before payments, so that
-- what settles between the two is found, also where each statement goes to every shard. The table of open keys has no index by key alone, because it is small and each form that opens writes to it.
create or replace function find_key_v1(asked_key uuid)
returns table (state text, user_id uuid)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  paid_by uuid;
  opened_by uuid;
begin
  perform assert_decisive();
  select k.user_id into opened_by from idempotency_keys k where k.key = asked_key and k.issued_in = here limit 1;
  select p.user_id into paid_by from payments p where p.id = asked_key limit 1;
  perform wait_for_standbys();
  return query
    select case when paid_by is not null then 'settled' when opened_by is not null then 'open' else 'void' end,
           coalesce(paid_by, opened_by);
end
$$;
--> statement-breakpoint
revoke execute on function find_key_v1 from public;
--> statement-breakpoint
-- Revokes somebody's key for an operator, as revoke_key_v1 does for its user: the lock waits for a settle in flight; the look-up is a
-- later statement, so it sees what that settle did. Returns
--   done          it was open, is void now, and that is written to the audit log
--   unchanged     it was void already, and will never execute
--   settled       a payment exists under it; nothing was done
--   not_operator  or a frozen one: nothing was done
--   self          one's own key is revoked as everybody revokes theirs
create or replace function revoke_key_for_v1(actor uuid, of_user uuid, revoked_key uuid, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  held idempotency_keys;
  was_open boolean;
  is_settled boolean;
begin
  perform assert_decisive();
  -- Keys before operators, as settling locks them.
  select k.* into held from idempotency_keys k where k.user_id = of_user and k.key = revoked_key for update;
  -- A key of another database counts as absent.
  was_open := found and held.issued_in = here;
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key;
  is_settled := exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key);
  if was_open and not is_settled then
    perform write_audit(
      gen_random_uuid(), actor, 'revoke-key', 'key', revoked_key::text, reason,
      jsonb_build_object('state', 'open', 'userId', of_user, 'kind', held.kind, 'purposeId', held.purpose_id,
                         'subjectId', held.subject_id),
      jsonb_build_object('state', 'void'));
    return 'done';
  end if;
  perform wait_for_standbys();
  return case when is_settled then 'settled' else 'unchanged' end;
end
$$;
--> statement-breakpoint
revoke execute on function revoke_key_for_v1 from public;
--> statement-breakpoint
-- What one operator asked for and another approves, and how it ends.
create type settlement_adjustment as (
  id uuid, asked_by uuid, debit_account_id uuid, credit_account_id uuid, amount_minor bigint, currency text, reason text,
  pending boolean, ends_as text, ended_by uuid, payment_id uuid
);
--> statement-breakpoint
-- FOR NO KEY UPDATE, here and below: it does not block foreign key checks. Approving, refusing and withdrawing take turns by this
-- lock, so that a request ends once.
create or replace function lock_adjustments(ids uuid[]) returns settlement_adjustment[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held settlement_adjustment;
  all_held settlement_adjustment[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select a.id, a.asked_by, a.debit_account_id, a.credit_account_id, a.amount_minor, a.currency, a.reason,
           a.state = 'pending', null, null, null
      into held from ledger_adjustments a where a.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
revoke execute on function lock_keys, lock_operators, lock_adjustments, lock_orders, lock_refunds, lock_accounts from public;
--> statement-breakpoint
-- The rules by which an entry is refused or declined. Settling calls them for each entry in order, with the locked rows as
-- the entries before have left them; a missing row is null. Plain expressions without settings of their own, so that the
-- planner inlines them.

-- Refused: this request cannot be executed, now or later, as it is. Nothing is recorded, the key stays open. Null: it can.
create or replace function refusal_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account, is_operator boolean
)
returns text
language sql immutable
as $$
  select case
    when entry.currency is null or entry.currency !~ '^[A-Z]{3}$' or entry.renderer is null
      or octet_length(entry.request_hash) is distinct from 32
      or entry.kind in ('funding', 'adjustment') and (btrim(entry.note) = '') is not false then 'malformed'
    when entry.kind = 'funding' and is_operator is not true then 'not_operator'
    when entry.kind = 'refund' and the_refund.payment_id is null then 'payment_unknown'
    when amount is null or amount < 0 or (amount = 0 and entry.amount_minor is not null) then 'amount_not_positive'
    when entry.kind = 'order' and the_order.id is null then 'order_unknown'
    when debit.id is null then 'payer_unknown'
    when credit.id is null then 'payee_unknown'
    when entry.kind = 'top-up' and (debit.owner_id is not null or credit.owner_id is distinct from entry.user_id)
      then 'payee_unknown'
    when entry.kind = 'funding' and (debit.owner_id is null) = (credit.owner_id is null) then 'house_account_mismatch'
    -- Nobody acts upon themselves: another operator does.
    when entry.kind = 'funding' and entry.user_id in (debit.owner_id, credit.owner_id) then 'own_account'
    when entry.kind not in ('top-up', 'funding', 'adjustment') and debit.owner_id is distinct from entry.user_id then 'payer_unknown'
    when entry.kind not in ('top-up', 'funding', 'adjustment') and credit.owner_id is null then 'payee_unknown'
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
-- Refused, as above, for what an operator does beside whose payment it is: refunds what somebody else received, or approves what
-- another operator asked for. `operators` are those of them who may act, their rows locked. Asked before `refusal_of`.
create or replace function acting_refusal_of(
  entry settlement_entry, actor uuid, operators uuid[], asked settlement_adjustment,
  debit settlement_account, credit settlement_account
)
returns text
language sql immutable
as $$
  select case
    when entry.kind <> 'adjustment' and actor is null then null
    when entry.kind not in ('refund', 'adjustment') or (btrim(entry.note) = '') is not false then 'malformed'
    when (actor = any(operators)) is not true then 'not_operator'
    -- Nobody acts upon themselves, on neither side.
    when actor in (debit.owner_id, credit.owner_id) then 'own_account'
    when entry.kind = 'refund' then null
    when asked.id is null
      or (entry.user_id, entry.debit_account_id, entry.credit_account_id, entry.amount_minor, entry.currency, entry.note)
         is distinct from
         (asked.asked_by, asked.debit_account_id, asked.credit_account_id, asked.amount_minor, asked.currency, asked.reason)
      then 'adjustment_unknown'
    -- Four eyes: one operator asks, another approves, and both may act now.
    when actor = entry.user_id then 'same_operator'
    when (entry.user_id = any(operators)) is not true then 'asker_not_operator'
    when entry.user_id in (debit.owner_id, credit.owner_id) then 'own_account'
    when not asked.pending or asked.ends_as is not null then 'adjustment_ended'
  end
$$;
--> statement-breakpoint
-- Writes to the audit log what an operator paid back of what somebody else received, under the refund's own id.
create or replace function audit_refund(
  entry settlement_entry, actor uuid, the_refund settlement_refund, decline text, amount bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform write_audit(
    entry.key, actor, 'refund', 'payment', the_refund.payment_id::text, entry.note,
    jsonb_build_object('refundedMinor', the_refund.refunded_minor::text),
    jsonb_build_object(
      'refundedMinor', (case when decline is null then the_refund.refunded_minor + amount
                             else the_refund.refunded_minor end)::text,
      'amountMinor', amount::text, 'currency', entry.currency, 'decline', decline));
end
$$;
--> statement-breakpoint
-- Writes to the audit log that an operator approved what another asked for, and what it did to both accounts, under the
-- payment's own id.
create or replace function audit_adjustment(
  entry settlement_entry, actor uuid, asked settlement_adjustment,
  debit settlement_account, credit settlement_account, decline text, amount bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  moved constant bigint := case when decline is null then amount else 0 end;
begin
  perform write_audit(
    entry.key, actor, 'adjustment-approve', 'adjustment', asked.id::text, entry.note,
    jsonb_build_object('debitBalanceMinor', debit.balance_minor::text, 'creditBalanceMinor', credit.balance_minor::text),
    jsonb_build_object(
      'debitBalanceMinor', (debit.balance_minor - moved)::text, 'creditBalanceMinor', (credit.balance_minor + moved)::text,
      'amountMinor', amount::text, 'currency', entry.currency, 'askedBy', asked.asked_by, 'decline', decline));
end
$$;
--> statement-breakpoint
revoke execute on function audit_refund, audit_adjustment from public;
--> statement-breakpoint
-- Answers each entry of `batch` (a JSON array of settlement_entry), in order, with a verdict:
--   settled    this entry was executed: paid or declined, recorded for ever, the key consumed
--   replayed   the key has this outcome already, for the same request
--   reused     the key has this outcome already, for another request
--   mismatch   the key is open, but for another purpose; nothing consumed
--   refused    the request cannot be executed as it is (`reason`); nothing consumed
--   void       the key is not open for this user: it never executed and never will
-- With settled, replayed and reused comes the payment's row.
-- Beside the columns of settlement_entry an element may have `actor_id`, the operator who refunds for whoever received the
-- payment or approves an adjustment, and `adjustment_id`.
create or replace function settle_payments_v1(batch jsonb)
returns table (
  n integer, verdict text, reason text, user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text,
  decline_code text, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid, note text,
  renderer smallint, settled_at timestamptz
)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
-- Generic plans, because planning a dozen statements costs more than executing them; and index lookups only, because a plan
-- that was made while a table was small must not scan it when it has grown.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set jit = off
as $$
#variable_conflict use_variable
declare
  entries constant settlement_entry[] := array(
    select jsonb_populate_record(null::settlement_entry, item)
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position);
  -- By entry; null where none has one, as in most batches.
  actors constant uuid[] := case when batch @? '$[*].actor_id' then array(
    select (item ->> 'actor_id')::uuid
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position) end;
  adjustments_named constant uuid[] := case when batch @? '$[*].adjustment_id' then array(
    select (item ->> 'adjustment_id')::uuid
      from jsonb_array_elements(batch) with ordinality as items (item, position) order by position) end;
  names_orders boolean; names_refunds boolean; names_operators boolean; names_adjustments boolean;
  operators uuid[] := '{}';
  keys_held settlement_key[]; keys_spent integer[]; key_done boolean[];
  adjustments_held settlement_adjustment[] := '{}';
  orders_held settlement_order[] := '{}'; refunds_held settlement_refund[] := '{}'; accounts_held settlement_account[];
  -- By entry: its verdict and why it is refused; where its key, adjustment, order, refund total and accounts stand in the arrays above.
  verdicts text[]; reasons text[];
  key_at integer[]; adjustment_at integer[]; order_at integer[]; refund_at integer[]; debit_at integer[]; credit_at integer[];
  -- What will be written.
  outcomes settlement_outcome[] := '{}'; transfers settlement_transfer[] := '{}';
  -- What the pass is at.
  entry settlement_entry; held settlement_key; actor uuid; asked settlement_adjustment; the_order settlement_order; the_refund settlement_refund;
  debit settlement_account; credit settlement_account; amount bigint; refusal text; decline text;
  settled_now timestamptz; today date;
begin
  perform assert_decisive();
  -- 1. Lock each entry's open key: its own user's and its own key.
  keys_held := lock_keys(entries);

  -- A key is spent where a payment exists under it (a revived key), or where its purpose has been paid under another.
  -- A later statement than the lock, so it sees whatever the lock waited for.
  keys_spent := array(
    select h.ordinality::integer from unnest(keys_held) with ordinality h
     where (select p.id from payments p where p.user_id = h.user_id and p.id = h.key limit 1) is not null
        or (select p.id from payments p
             where p.user_id = h.user_id and p.kind = h.kind and p.purpose_id = h.purpose_id and p.status = 'succeeded'
             limit 1) is not null);

  -- An entry is taken where what it names fits the purpose that its key was issued for.
  select array_agg(h.ordinality::integer order by e.ordinality),
         array_agg(case
           when h.key is null or h.ordinality = any(keys_spent) then 'void'
           when h.kind is distinct from e.kind
             or e.order_id is distinct from case when h.kind = 'order' then h.purpose_id end
             or e.refund_of is distinct from h.subject_id
             or adjustments_named[e.ordinality] is distinct from case when h.kind = 'adjustment' then h.purpose_id end
             then 'mismatch'
           else 'taken' end order by e.ordinality),
         count(e.order_id) > 0, count(e.refund_of) > 0,
         count(*) filter (where e.kind = 'funding' or actors[e.ordinality] is not null) > 0,
         count(adjustments_named[e.ordinality]) > 0
    into key_at, verdicts, names_orders, names_refunds, names_operators, names_adjustments
    from unnest(entries) with ordinality e
    left join unnest(keys_held) with ordinality h on h.user_id = e.user_id and h.key = e.key;
  key_done := array_fill(false, array[cardinality(keys_held)]);
  reasons := array_fill(null::text, array[cardinality(entries)]);

  -- 2. Lock operators, then adjustments, orders, refund totals and accounts, of the entries that were taken.
  if names_operators then
    operators := lock_operators(array(
      select who.id from unnest(entries) with ordinality e
       cross join lateral (values (case when e.kind in ('funding', 'adjustment') then e.user_id end),
                                  (actors[e.ordinality])) who (id)
       where verdicts[e.ordinality] = 'taken'));
  end if;
  if names_adjustments then
    adjustments_held := lock_adjustments(array(
      select adjustments_named[e.ordinality] from unnest(entries) with ordinality e
       where verdicts[e.ordinality] = 'taken'));
  end if;
  if names_orders then
    orders_held := lock_orders(array(
      select e.order_id from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'taken'));
  end if;
  if names_refunds then
    refunds_held := lock_refunds(array(
      select e.refund_of from unnest(entries) with ordinality e where verdicts[e.ordinality] = 'taken'));
  end if;
  accounts_held := lock_accounts(array(
    select side.id from unnest(entries) with ordinality e
     cross join lateral (values (e.debit_account_id), (e.credit_account_id)) side (id)
     where verdicts[e.ordinality] = 'taken'));
  -- Taken under the locks, so that it is no earlier than what was waited for; and one instant says the day and the time.
  settled_now := date_trunc('milliseconds', clock_timestamp());
  today := (settled_now at time zone 'UTC')::date;
  for i in 1 .. cardinality(accounts_held) loop
    continue when accounts_held[i].day is not distinct from today;
    accounts_held[i].day_out_minor := day_out_of(accounts_held[i], today);
  end loop;

  select array_agg(a.ordinality::integer order by e.ordinality),
         array_agg(o.ordinality::integer order by e.ordinality), array_agg(r.ordinality::integer order by e.ordinality),
         array_agg(d.ordinality::integer order by e.ordinality), array_agg(c.ordinality::integer order by e.ordinality)
    into adjustment_at, order_at, refund_at, debit_at, credit_at
    from unnest(entries) with ordinality e
    left join unnest(adjustments_held) with ordinality a on a.id = adjustments_named[e.ordinality]
    left join unnest(orders_held) with ordinality o on o.id = e.order_id
    left join unnest(refunds_held) with ordinality r on r.payment_id = e.refund_of
    left join unnest(accounts_held) with ordinality d on d.id = e.debit_account_id
    left join unnest(accounts_held) with ordinality c on c.id = e.credit_account_id;

  -- 3. One pass, in order, on running state.
  for i in 1 .. cardinality(entries) loop
    continue when verdicts[i] <> 'taken';
    if key_done[key_at[i]] then
      verdicts[i] := 'void'; -- an earlier entry gave this key its outcome; step 5 finds it
      continue;
    end if;

    entry := entries[i];
    actor := actors[i];
    asked := adjustments_held[adjustment_at[i]];
    the_order := orders_held[order_at[i]];
    the_refund := refunds_held[refund_at[i]];
    debit := accounts_held[debit_at[i]];
    credit := accounts_held[credit_at[i]];
    amount := entry.amount_minor;
    if entry.kind = 'refund' and amount is null then
      amount := the_refund.amount_minor - the_refund.refunded_minor;
    end if;

    refusal := coalesce(
      acting_refusal_of(entry, actor, operators, asked, debit, credit),
      refusal_of(entry, amount, the_order, the_refund, debit, credit, entry.user_id = any(operators)));
    if refusal is not null then
      verdicts[i] := 'refused';
      reasons[i] := refusal;
      continue;
    end if;

    decline := decline_of(entry, amount, the_order, the_refund, debit, credit, settled_now);
    held := keys_held[key_at[i]];
    key_done[key_at[i]] := true;
    verdicts[i] := 'settled';
    outcomes := outcomes || row(
      entry.user_id, entry.key, held.kind, held.purpose_id, held.subject_id,
      case when decline is null then 'succeeded' else 'declined' end, decline, amount, entry.currency,
      entry.debit_account_id, entry.credit_account_id, entry.note, entry.request_hash, entry.renderer, settled_now)::settlement_outcome;
    if entry.kind = 'funding' then
      perform audit_funding(entry, debit, credit, decline, amount);
    elsif entry.kind = 'adjustment' then
      perform audit_adjustment(entry, actor, asked, debit, credit, decline, amount);
      asked.ends_as := case when decline is null then 'done' else 'declined' end;
      asked.ended_by := actor;
      asked.payment_id := entry.key;
      adjustments_held[adjustment_at[i]] := asked;
    elsif actor is not null then
      perform audit_refund(entry, actor, the_refund, decline, amount);
    end if;
    continue when decline is not null;

    -- Paid: from here it must succeed.
    debit.balance_minor := debit.balance_minor - amount;
    debit.version := debit.version + 1;
    debit.touched := true;
    if entry.kind in ('order', 'transfer') then
      debit.day_out_minor := debit.day_out_minor + amount;
    end if;
    credit.balance_minor := credit.balance_minor + amount;
    credit.version := credit.version + 1;
    credit.touched := true;
    accounts_held[debit_at[i]] := debit;
    accounts_held[credit_at[i]] := credit;
    if the_order.id is not null then
      the_order.paid_by := entry.key;
      the_order.paid_by_user_id := entry.user_id;
      the_order.touched := true;
      orders_held[order_at[i]] := the_order;
    end if;
    if the_refund.payment_id is not null then
      the_refund.refunded_minor := the_refund.refunded_minor + amount;
      the_refund.touched := true;
      refunds_held[refund_at[i]] := the_refund;
    end if;
    transfers := transfers || row(
      entry.key, debit.id, credit.id, amount, entry.currency, debit.balance_minor, debit.version,
      credit.balance_minor, credit.version, settled_now)::settlement_transfer;
  end loop;

  -- 4. Write. Consumed keys go, together with those that turned out to be spent: one at a time, because the table of open
  -- keys is empty at night, and what is planned then must not read all of it in a rush.
  for i in 1 .. cardinality(keys_held) loop
    continue when not (key_done[i] or i = any(keys_spent));
    held := keys_held[i];
    delete from idempotency_keys k where k.user_id = held.user_id and k.key = held.key;
  end loop;
  for i in 1 .. cardinality(adjustments_held) loop
    continue when adjustments_held[i].ends_as is null;
    asked := adjustments_held[i];
    update ledger_adjustments a
       set state = asked.ends_as, ended_by = asked.ended_by, ended_at = settled_now, payment_id = asked.payment_id
     where a.id = asked.id;
  end loop;
  if outcomes <> '{}' then
    insert into payments (user_id, id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency,
                          payer_account_id, payee_account_id, note, request_hash, renderer, settled_at)
    select o.user_id, o.id, o.kind, o.purpose_id, o.subject_id, o.status, o.decline_code, o.amount_minor, o.currency,
           o.payer_account_id, o.payee_account_id, o.note, o.request_hash, o.renderer, o.settled_at
      from unnest(outcomes) o;
  end if;
  if transfers <> '{}' then
    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                  debit_version, credit_balance_minor, credit_version, created_at)
    select t.id, t.debit_account_id, t.credit_account_id, t.amount_minor, t.currency, t.debit_balance_minor,
           t.debit_version, t.credit_balance_minor, t.credit_version, t.created_at
      from unnest(transfers) t;
    if orders_held <> '{}' then
      update orders o set paid_by = paid.paid_by, paid_by_user_id = paid.paid_by_user_id
        from (select * from each_of(orders_held) where touched) paid where o.id = paid.id;
    end if;
    if refunds_held <> '{}' then
      update refund_totals t set refunded_minor = refunded.refunded_minor
        from (select * from each_of(refunds_held) where touched) refunded where t.payment_id = refunded.payment_id;
    end if;
    update ledger_accounts a
       set balance_minor = moved.balance_minor, version = moved.version,
           day_out_minor = case when a.day > today then a.day_out_minor else moved.day_out_minor end,
           day = greatest(a.day, today)
      from (select * from each_of(accounts_held) where touched) moved where a.id = moved.id;
  end if;

  -- 5. Answer. A later statement than every lock: an entry without an outcome of its own finds whatever there is.
  return query
    select e.ordinality::integer,
           case when verdicts[e.ordinality] = 'settled' or p.id is null then verdicts[e.ordinality]
                when p.request_hash is distinct from e.request_hash then 'reused'
                else 'replayed' end,
           reasons[e.ordinality], p.user_id, p.id, p.kind, p.purpose_id, p.subject_id, p.status, p.decline_code,
           p.amount_minor, p.currency::text, p.payer_account_id, p.payee_account_id, p.note, p.renderer, p.settled_at
      from unnest(entries) with ordinality e
      left join lateral (
        select f.user_id, f.id, f.kind, f.purpose_id, f.subject_id, f.status, f.decline_code, f.amount_minor, f.currency,
               f.payer_account_id, f.payee_account_id, f.note, f.request_hash, f.renderer, f.settled_at
          from payments f where f.user_id = e.user_id and f.id = e.key limit 1) p on true
     order by e.ordinality;
  perform wait_for_standbys();
end
$$;
--> statement-breakpoint
revoke execute on function settle_payments_v1 from public;
--> statement-breakpoint
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
--> statement-breakpoint
revoke execute on function cancel_order_v1 from public;
--> statement-breakpoint
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
--> statement-breakpoint
revoke execute on function close_payment_link_v1 from public;
--> statement-breakpoint
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
--> statement-breakpoint
revoke execute on function order_by_link_v1 from public;
--> statement-breakpoint
-- Corrections by hand. One operator asks for a movement between two accounts, another approves it; what approving does is settled
-- as everything that moves money is (db/payments/settle.sql), refusing and withdrawing stand here. A request ends once.

-- A request never changes but for its end, and that once.
create or replace function guard_adjustment() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' then
    if new.state <> 'pending' then
      raise exception 'An adjustment begins with being asked for' using errcode = 'integrity_constraint_violation';
    end if;
  elsif old.state <> 'pending' or new.state = 'pending'
     or (new.id, new.asked_by, new.debit_account_id, new.credit_account_id, new.amount_minor, new.currency, new.reason, new.asked_at)
        is distinct from
        (old.id, old.asked_by, old.debit_account_id, old.credit_account_id, old.amount_minor, old.currency, old.reason, old.asked_at)
  then
    raise exception 'An adjustment ends once, and nothing else of it changes' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create or replace trigger ledger_adjustments_end_once before insert or update on ledger_adjustments
  for each row execute function guard_adjustment();
--> statement-breakpoint
-- Asks for `amount` to be moved from one account to another, under the id that the form made. Returns
--   done            and written to the audit log, under the request's own id
--   unchanged       this very request is there already
--   reused          the id belongs to another request
--   not_operator    `actor` is no operator, or is frozen
--   unknown_account, same_account, own_account, account_closed, currency_mismatch
create or replace function request_adjustment_v1(
  actor uuid, new_id uuid, debit_account uuid, credit_account uuid, amount bigint, in_currency text, why text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  found_one ledger_adjustments.id%type;
  is_same boolean;
  debit_owner uuid; debit_currency text; debit_closed boolean;
  credit_owner uuid; credit_currency text; credit_closed boolean;
begin
  perform assert_decisive();
  -- Rows of the audit log that tell of payments bear their ids, which are keys: of version 7.
  if substr(new_id::text, 15, 1) <> '4' then
    raise exception 'The id of an adjustment is a UUID of version 4' using errcode = 'invalid_parameter_value';
  end if;
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  select a.id,
         (a.asked_by, a.debit_account_id, a.credit_account_id, a.amount_minor, a.currency, a.reason)
         is not distinct from (actor, debit_account, credit_account, amount, in_currency, why)
    into found_one, is_same from ledger_adjustments a where a.id = new_id;
  if found then
    perform wait_for_standbys();
    return case when is_same then 'unchanged' else 'reused' end;
  end if;
  if debit_account = credit_account then
    return 'same_account';
  end if;
  select a.owner_id, a.currency, a.closed_at is not null into debit_owner, debit_currency, debit_closed
    from ledger_accounts a where a.id = debit_account;
  if not found then
    return 'unknown_account';
  end if;
  select a.owner_id, a.currency, a.closed_at is not null into credit_owner, credit_currency, credit_closed
    from ledger_accounts a where a.id = credit_account;
  if not found then
    return 'unknown_account';
  end if;
  if actor in (debit_owner, credit_owner) then
    return 'own_account';
  end if;
  if in_currency <> debit_currency or in_currency <> credit_currency then
    return 'currency_mismatch';
  end if;
  if debit_closed or credit_closed then
    return 'account_closed';
  end if;
  insert into ledger_adjustments (id, asked_by, debit_account_id, credit_account_id, amount_minor, currency, reason, state, asked_at)
  values (new_id, actor, debit_account, credit_account, amount, in_currency, why, 'pending',
          date_trunc('milliseconds', clock_timestamp()))
  on conflict (id) do nothing;
  if not found then
    -- Sent twice at once: asked again, the other is seen.
    return 'again';
  end if;
  perform write_audit(
    new_id, actor, 'adjustment-ask', 'adjustment', new_id::text, why, null,
    jsonb_build_object('debitAccountId', debit_account, 'creditAccountId', credit_account, 'amountMinor', amount::text,
                       'currency', in_currency));
  return 'done';
end
$$;
--> statement-breakpoint
-- Ends a request without moving anything: another operator refuses it, or who asked withdraws it. Waits for an approval that is
-- under way. Returns
--   done            and written to the audit log
--   unchanged       it ended so already, by the same operator
--   decided         it ended otherwise
--   not_operator, unknown_request
--   self            who asked does not refuse but withdraws, and nobody else withdraws
create or replace function end_adjustment_v1(actor uuid, request_id uuid, to_state text, why text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  asker uuid;
  state_now text;
  ender uuid;
begin
  perform assert_decisive();
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if to_state not in ('refused', 'withdrawn') then
    raise exception 'Nobody ends an adjustment as %', to_state using errcode = 'invalid_parameter_value';
  end if;
  select a.asked_by, a.state, a.ended_by into asker, state_now, ender
    from ledger_adjustments a where a.id = request_id for no key update;
  if not found then
    return 'unknown_request';
  end if;
  if (to_state = 'withdrawn') <> (actor = asker) then
    return 'self';
  end if;
  if state_now <> 'pending' then
    perform wait_for_standbys();
    return case when state_now = to_state and ender = actor then 'unchanged' else 'decided' end;
  end if;
  update ledger_adjustments a
     set state = to_state, ended_by = actor, end_reason = why, ended_at = date_trunc('milliseconds', clock_timestamp())
   where a.id = request_id;
  perform write_audit(
    gen_random_uuid(), actor, case when to_state = 'refused' then 'adjustment-refuse' else 'adjustment-withdraw' end,
    'adjustment', request_id::text, why, jsonb_build_object('state', 'pending'), jsonb_build_object('state', to_state));
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function request_adjustment_v1, end_adjustment_v1 from public;
--> statement-breakpoint
-- Who asked for what, and how it ended: updated once by its end, and never removed.
create or replace trigger ledger_adjustments_stay before delete on ledger_adjustments
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger ledger_adjustments_no_truncate before truncate on ledger_adjustments
  for each statement execute function refuse_change();
--> statement-breakpoint
alter table ledger_adjustments enable always trigger ledger_adjustments_end_once;
--> statement-breakpoint
alter table ledger_adjustments enable always trigger ledger_adjustments_stay;
--> statement-breakpoint
alter table ledger_adjustments enable always trigger ledger_adjustments_no_truncate;
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
-- Below which transaction all transfers are sealed; null where that goes by another server's numbering.
create or replace function journal_horizon_v1() returns xid8
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select h.sealed_below from ledger_seal_head h
   where h.system_identifier = journal_server() and h.sealed_below <= pg_snapshot_xmax(pg_current_snapshot())
$$;
--> statement-breakpoint
revoke execute on function verify_seals_slice_v1, journal_horizon_v1 from public;
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
-- last began; an incremental one needs a run before it to go on from. Safe on any number of servers at once. What a clock that
-- was ahead has dated in the future counts as not there: else nothing would be due, and nobody hear of it, until then.
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
    if open_run.alive_until >= now_at and open_run.alive_until <= now_at + 2 * alive_for then
      return;
    end if;
  elsif exists (select from reconcile_runs r where r.kind = wanted_kind and r.finished_at is null) then
    -- Somebody else is claiming it now.
    return;
  else
    if exists (select from reconcile_runs r where r.kind = wanted_kind and r.asked_at > now_at - every and r.asked_at <= now_at)
       and not (wanted_kind = 'full' and found_since_last_full()) then
      return;
    end if;
    if wanted_kind = 'incremental' then
      select r.* into base from reconcile_runs r
       where r.kind = 'incremental' and r.finished_at is not null and r.asked_at <= now_at
       order by r.asked_at desc, r.id desc limit 1;
      if not found then
        select r.* into base from reconcile_runs r
         where r.kind = 'full' and r.finished_at is not null and r.asked_at <= now_at
         order by r.asked_at desc, r.id desc limit 1;
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
           where f.kind = 'full' and f.finished_at is not null and f.asked_at <= clock_timestamp()
           order by f.asked_at desc, f.id desc limit 1) last
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
declare
  of_kind text;
begin
  if of_outcome = 'right' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  select r.kind into of_kind from reconcile_runs r
   where r.id = of_run and r.holder = by_holder and r.finished_at is null for no key update;
  if not found then
    return false;
  end if;
  insert into reconcile_results (
    run_id, kind, check_name, outcome, slices, total_ms, longest_ms, found, rows, failure, finished_at)
  values (of_run, of_kind, of_check, of_outcome, in_slices, in_ms, of_longest_ms, rows_found, first_rows, of_failure,
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
