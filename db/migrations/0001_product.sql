CREATE TABLE "email_addresses" (
	"email" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "pending_sign_ups" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_hash" text NOT NULL,
	"handle" text NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password" text NOT NULL,
	"locale" text NOT NULL,
	"next" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "pending_sign_ups_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "pending_sign_ups_handle_unique" UNIQUE("handle")
);
--> statement-breakpoint
CREATE TABLE "currencies" (
	"code" char(3) PRIMARY KEY NOT NULL,
	"house_account_id" uuid NOT NULL,
	"day_limit_minor" bigint,
	"opened_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "currencies_code_form" CHECK ("currencies"."code" ~ '^[A-Z]{3}$'),
	CONSTRAINT "currencies_day_limit_not_negative" CHECK ("currencies"."day_limit_minor" >= 0)
);
--> statement-breakpoint
CREATE TABLE "mail_outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"dedupe_key" text NOT NULL,
	"kind" text NOT NULL,
	"recipient" text NOT NULL,
	"locale" text NOT NULL,
	"content" jsonb,
	"enqueued_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"due_at" timestamp (3) with time zone DEFAULT now(),
	"outcome" text,
	"reason" text,
	"finished_at" timestamp (3) with time zone,
	"demo_copy" jsonb,
	CONSTRAINT "mail_outbox_dedupe_key_unique" UNIQUE("dedupe_key"),
	CONSTRAINT "mail_outbox_outcome_known" CHECK ("mail_outbox"."outcome" in ('sent', 'given-up')),
	CONSTRAINT "mail_outbox_finished_without_content" CHECK (("mail_outbox"."outcome" is null) = ("mail_outbox"."content" is not null)
        and ("mail_outbox"."outcome" is null) = ("mail_outbox"."due_at" is not null)
        and ("mail_outbox"."outcome" is null) = ("mail_outbox"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"actor_id" uuid NOT NULL,
	"action" text NOT NULL,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"reason" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "audit_log_reason_given" CHECK (btrim("audit_log"."reason") <> '')
);
--> statement-breakpoint
CREATE TABLE "merchant_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"business_name" text NOT NULL,
	"sells" text NOT NULL,
	"state" text NOT NULL,
	"decided_by" uuid,
	"decision_reason" text,
	"decided_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "merchant_requests_decided_whole" CHECK (("merchant_requests"."state" = 'pending') = ("merchant_requests"."decided_at" is null) and ("merchant_requests"."decided_at" is null) = ("merchant_requests"."decided_by" is null) and ("merchant_requests"."decided_at" is null) = ("merchant_requests"."decision_reason" is null)),
	CONSTRAINT "merchant_requests_state_known" CHECK ("merchant_requests"."state" in ('pending', 'approved', 'declined'))
);
--> statement-breakpoint
CREATE TABLE "payment_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"merchant_id" uuid NOT NULL,
	"description" text NOT NULL,
	"currency" char(3) NOT NULL,
	"items" jsonb NOT NULL,
	"total_minor" bigint NOT NULL,
	"quantity_max" integer,
	"request_hash" "bytea" NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_links_total_positive" CHECK ("payment_links"."total_minor" > 0),
	CONSTRAINT "payment_links_quantity_chosen" CHECK ("payment_links"."quantity_max" >= 2)
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_kind_known";--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_kind_known";--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "frozen_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "name_skeleton" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "handle_skeleton" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "locale" text DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "receipts_by_mail" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "is_request" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "payment_link_id" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "ordered_by" uuid;--> statement-breakpoint
ALTER TABLE "merchant_requests" ADD CONSTRAINT "merchant_requests_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_links" ADD CONSTRAINT "payment_links_merchant_id_users_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "email_addresses_user_id" ON "email_addresses" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "pending_sign_ups_expires_at" ON "pending_sign_ups" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "mail_outbox_due_at" ON "mail_outbox" USING btree ("due_at") WHERE "mail_outbox"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "mail_outbox_finished_at" ON "mail_outbox" USING btree ("finished_at") WHERE "mail_outbox"."finished_at" is not null;--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("at","id");--> statement-breakpoint
CREATE INDEX "audit_log_subject" ON "audit_log" USING btree ("subject_id","at");--> statement-breakpoint
CREATE INDEX "merchant_requests_state" ON "merchant_requests" USING btree ("state","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "merchant_requests_one_pending" ON "merchant_requests" USING btree ("user_id") WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX "payment_links_merchant" ON "payment_links" USING btree ("merchant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_payment_link" ON "orders" USING btree ("payment_link_id","ordered_by","created_at") WHERE payment_link_id is not null;--> statement-breakpoint
CREATE INDEX "payments_taken_out" ON "payments" USING btree ("payer_account_id","settled_at","id") WHERE status = 'succeeded' and kind = 'funding';--> statement-breakpoint
CREATE INDEX "payments_refunds" ON "payments" USING btree ("user_id","subject_id","settled_at","id") WHERE kind = 'refund' and status = 'succeeded';--> statement-breakpoint
CREATE INDEX "payments_declined" ON "payments" USING btree ("user_id","settled_at","id") WHERE status = 'declined';--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_name_skeleton_unique" UNIQUE("name_skeleton");--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_handle_skeleton_unique" UNIQUE("handle_skeleton");--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD CONSTRAINT "idempotency_keys_kind_known" CHECK ("idempotency_keys"."kind" in ('order', 'transfer', 'refund', 'top-up', 'funding'));--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_by_link_whole" CHECK (("orders"."payment_link_id" is null) = ("orders"."ordered_by" is null));--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_funding_has_reason" CHECK ("payments"."kind" <> 'funding' or "payments"."note" is not null);--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_kind_known" CHECK ("payments"."kind" in ('order', 'transfer', 'refund', 'top-up', 'funding'));
--> statement-breakpoint
drop function cancel_order_v1;
--> statement-breakpoint
drop function refusal_of;
--> statement-breakpoint
create or replace trigger users_commit_synchronously after delete or update of email, email_verified, handle, role, frozen_at on users
  for each statement execute function commit_synchronously();
--> statement-breakpoint
-- An e-mail address belongs to the user who had it first, for ever: each is claimed here before it stands in `users`. The
-- primary key decides between two who want one at once; a user may come back to an address of their own.
create or replace function claim_email_address() returns trigger
language plpgsql security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  owner_id uuid;
begin
  -- The addresses of users from before this table are claimed when they leave them.
  if tg_op = 'UPDATE' then
    insert into email_addresses (email, user_id) values (old.email, old.id) on conflict do nothing;
  end if;
  insert into email_addresses (email, user_id) values (new.email, new.id) on conflict do nothing;
  select e.user_id into owner_id from email_addresses e where e.email = new.email;
  if owner_id is distinct from new.id then
    raise exception 'the e-mail address belongs to another user'
      using errcode = 'unique_violation', constraint = 'email_addresses_pkey', table = 'email_addresses';
  end if;
  return new;
end
$$;
--> statement-breakpoint
revoke execute on function claim_email_address from public;
--> statement-breakpoint
create or replace trigger users_claim_email_address before insert or update of email on users
  for each row execute function claim_email_address();
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
  delete from sessions s where s.user_id = of_user;
  if revokes_keys then
    delete from api_keys k where k.reference_id = of_user;
  end if;
  perform store_notice(of_user, notice);
end
$$;
--> statement-breakpoint
revoke execute on function end_what_password_opened from public;
--> statement-breakpoint
-- Stores the mail `notice` (id, kind, seconds, content) for the address that `of_user` has now, in their language.
create or replace function store_notice(of_user uuid, notice jsonb) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if notice is null then
    return;
  end if;
  insert into mail_outbox (id, dedupe_key, kind, recipient, locale, content, expires_at)
  select (notice ->> 'id')::uuid, (notice ->> 'kind') || ':' || (notice ->> 'id'), notice ->> 'kind', u.email, u.locale,
         notice -> 'content', now() + make_interval(secs => (notice ->> 'seconds')::double precision)
    from users u where u.id = of_user;
end
$$;
--> statement-breakpoint
revoke execute on function store_notice from public;
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
  update credentials c set password = new_hash, updated_at = now()
   where c.user_id = of_user and c.provider_id = 'credential';
  if not found then
    insert into credentials (id, user_id, provider_id, account_id, password)
    values (gen_random_uuid(), of_user, 'credential', of_user::text, new_hash);
  end if;
  update users u set email_verified = true where u.id = of_user and u.email = at_email and not u.email_verified;
  perform end_what_password_opened(of_user, revokes_keys, notice);
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function reset_password_v1 from public;
--> statement-breakpoint
-- Changes the password of `of_user` from `old_hash`, which the session `of_session` has proven to know. Links for a new password
-- stay: they prove the mailbox, which ranks above the password. Returns
--   done    every session has ended, this one too; keys are revoked where that is wanted
--   wrong   the password or the session is another by now; nothing was changed
create or replace function change_password_v1(
  of_user uuid, of_session uuid, old_hash text, new_hash text, revokes_keys boolean, notice jsonb
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform assert_decisive();
  perform from users u where u.id = of_user for no key update;
  if not exists (select from sessions s where s.id = of_session and s.user_id = of_user and s.expires_at > now()) then
    return 'wrong';
  end if;
  update credentials c set password = new_hash, updated_at = now()
   where c.user_id = of_user and c.provider_id = 'credential' and c.password = old_hash;
  if not found then
    return 'wrong';
  end if;
  perform end_what_password_opened(of_user, revokes_keys, notice);
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function change_password_v1 from public;
--> statement-breakpoint
-- Makes `new_email`, which is proven, the address of `of_user` in the place of `old_email`, as somebody wanted who knew the
-- password that hashes to `at_hash`. Returns
--   done      links that the old address was mailed have ended, and it is told by `notice`
--   expired   the address, the password or the session is another by now, or the new address another user's; nothing was changed
create or replace function change_address_v1(
  of_user uuid, of_session uuid, at_hash text, old_email text, new_email text, notice jsonb
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  violated text;
begin
  perform assert_decisive();
  perform from users u where u.id = of_user and u.email = old_email for no key update;
  if not found
     or not exists (select from sessions s where s.id = of_session and s.user_id = of_user and s.expires_at > now())
     or not exists (select from credentials c
                     where c.user_id = of_user and c.provider_id = 'credential' and c.password = at_hash) then
    return 'expired';
  end if;
  perform store_notice(of_user, notice);
  update users u set email = new_email, email_verified = true, updated_at = now() where u.id = of_user;
  delete from verifications v where v.value = of_user::text;
  return 'done';
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated in ('users_email_unique', 'email_addresses_pkey') then
    return 'expired';
  end if;
  raise;
end
$$;
--> statement-breakpoint
revoke execute on function change_address_v1 from public;
--> statement-breakpoint
-- What operators do. Each function that acts for one checks that somebody may, does it, and writes the row that tells of it,
-- all in the caller's one statement: there is no action without its row, and no row without its action. All of them commit
-- synchronously, because most end somebody's power to pay.

-- Appends a row to the audit log. Internal: whoever acts calls it.
create or replace function write_audit(
  new_id uuid, by_actor uuid, of_action text, of_kind text, of_subject text, for_reason text, was jsonb, became jsonb
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  written_at constant timestamptz := date_trunc('milliseconds', clock_timestamp());
begin
  insert into audit_log (id, actor_id, action, subject_kind, subject_id, reason, before, after, at)
  values (new_id, by_actor, of_action, of_kind, of_subject, for_reason, was, became, written_at);
end
$$;
--> statement-breakpoint
-- Whether `of_user` may act as an operator now. Locks the user's row: somebody who takes the role away waits for what is
-- under way, and what begins later is refused.
create or replace function is_acting_operator(of_user uuid) returns boolean
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  acts boolean;
begin
  select u.role = 'operator' and u.frozen_at is null into acts from users u where u.id = of_user for share;
  return coalesce(acts, false);
end
$$;
--> statement-breakpoint
-- Locks the rows of an operator and of whom they act upon, sorted, so that two who act upon one another do not deadlock.
-- Returns whether the first may act.
create or replace function lock_actor_and_subject(actor uuid, subject uuid) returns boolean
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held uuid;
begin
  for wanted in select distinct id from unnest(array[actor, subject]) id where id is not null order by 1 loop
    select u.id into held from users u where u.id = wanted for no key update;
  end loop;
  return is_acting_operator(actor);
end
$$;
--> statement-breakpoint
revoke execute on function write_audit, is_acting_operator, lock_actor_and_subject from public;
--> statement-breakpoint
-- Roles. A merchant and an operator each have a name and a handle that nobody else of them can be taken for: the skeletons
-- (lib/text/reserved-names.ts computes them) are unique, so that of two who become merchants at once one is told.

-- The application signs people up, as payers, and changes what they may change themselves. Roles, frozen people and the
-- names of those whom others trust are changed by the functions below alone, which write the audit log.
create or replace function guard_user() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  is_owner constant boolean := pg_has_role(current_user, (select c.relowner from pg_class c where c.oid = tg_relid), 'usage');
begin
  if is_owner then
    return new;
  end if;
  if tg_op = 'INSERT' then
    -- Builds of before there was this trigger insert the demo's people, and leave those alone who are there. Locked, so that
    -- it is not deleted before the insert meets it.
    perform from users u where u.id = new.id and u.role = new.role for key share;
    if found then
      return new;
    end if;
    if new.role <> 'payer' or new.frozen_at is not null or new.name_skeleton is not null or new.handle_skeleton is not null then
      raise exception 'People sign up as payers' using errcode = 'insufficient_privilege';
    end if;
  elsif (new.role, new.frozen_at, new.name_skeleton, new.handle_skeleton)
          is distinct from (old.role, old.frozen_at, old.name_skeleton, old.handle_skeleton)
     or (new.role <> 'payer' and (new.name, new.handle) is distinct from (old.name, old.handle)) then
    raise exception 'Roles, frozen people and trusted names are changed by an operator' using errcode = 'insufficient_privilege';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create or replace trigger users_guard before insert or update on users for each row execute function guard_user();
--> statement-breakpoint
-- Gives a user a role, a name and the skeletons of both. Internal; its callers hold the user's row. Returns 'done', or
-- 'name_taken' or 'handle_taken' where a merchant or operator could be taken for them.
create or replace function change_role(
  of_user uuid, new_role text, new_name text, new_name_skeleton text, new_handle_skeleton text
)
returns text
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  violated text;
begin
  update users u
     set role = new_role, name = coalesce(new_name, u.name), updated_at = now(),
         name_skeleton = case when new_role <> 'payer' then new_name_skeleton end,
         handle_skeleton = case when new_role <> 'payer' then new_handle_skeleton end
   where u.id = of_user;
  return 'done';
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated = 'users_name_skeleton_unique' then
    return 'name_taken';
  elsif violated = 'users_handle_skeleton_unique' then
    return 'handle_taken';
  end if;
  raise;
end
$$;
--> statement-breakpoint
revoke execute on function change_role from public;
--> statement-breakpoint
-- Makes `of_user` a payer, a merchant or an operator, under `new_name` where that is not null. Returns
--   done           and written to the audit log; a request to be a merchant that is pending is thereby approved
--   unchanged      it was so already; nothing was written
--   not_operator   `actor` is no operator, or is frozen
--   self           nobody changes their own role: so there is always an operator left
--   unknown_user, name_taken, handle_taken
create or replace function set_role_v1(
  actor uuid, of_user uuid, new_role text, new_name text, new_name_skeleton text, new_handle_skeleton text, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  before_role text;
  before_name text;
  verdict text;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select u.role, u.name into before_role, before_name from users u where u.id = of_user;
  if not found then
    return 'unknown_user';
  end if;
  if before_role = new_role and before_name = coalesce(new_name, before_name) then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  verdict := change_role(of_user, new_role, new_name, new_name_skeleton, new_handle_skeleton);
  if verdict <> 'done' then
    return verdict;
  end if;
  if new_role = 'merchant' then
    update merchant_requests r
       set state = 'approved', decided_by = actor, decision_reason = reason,
           decided_at = date_trunc('milliseconds', clock_timestamp())
     where r.user_id = of_user and r.state = 'pending';
  end if;
  perform write_audit(
    gen_random_uuid(), actor, 'role', 'user', of_user::text, reason,
    jsonb_build_object('role', before_role, 'name', before_name),
    jsonb_build_object('role', new_role, 'name', coalesce(new_name, before_name)));
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function set_role_v1 from public;
--> statement-breakpoint
-- Makes the operator that a new service begins with, with the hash of a password. Returns 'done'; 'exists' where somebody can
-- sign in as an operator already; 'email_taken', 'handle_taken' or 'name_taken'. Its row of the audit log has a fixed id: of
-- several calls at once one makes an operator. For the owner of the tables alone.
create or replace function make_first_operator(
  new_id uuid, with_email text, with_name text, with_handle text, with_name_skeleton text, with_handle_skeleton text,
  password_hash text
)
returns text
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  violated text;
begin
  perform assert_decisive();
  if exists (select from users u where u.role = 'operator' and u.frozen_at is null
                and exists (select from credentials c where c.user_id = u.id and c.password is not null)) then
    return 'exists';
  end if;
  insert into audit_log (id, actor_id, action, subject_kind, subject_id, reason, before, after, at)
  values ('00000000-0000-8000-8000-000000000001', new_id, 'first-operator', 'user', new_id::text, 'Set-up', null,
          jsonb_build_object('role', 'operator', 'name', with_name), date_trunc('milliseconds', clock_timestamp()))
  on conflict (id) do nothing;
  if not found then
    return 'exists';
  end if;
  insert into users (id, name, email, email_verified, handle, role, name_skeleton, handle_skeleton)
  values (new_id, with_name, with_email, true, with_handle, 'operator', with_name_skeleton, with_handle_skeleton);
  insert into credentials (id, user_id, provider_id, account_id, password)
  values (gen_random_uuid(), new_id, 'credential', new_id::text, password_hash);
  return 'done';
exception when unique_violation then
  get stacked diagnostics violated = constraint_name;
  if violated in ('users_email_unique', 'email_addresses_pkey') then
    return 'email_taken';
  elsif violated in ('users_handle_unique', 'users_handle_skeleton_unique') then
    return 'handle_taken';
  elsif violated = 'users_name_skeleton_unique' then
    return 'name_taken';
  end if;
  raise;
end
$$;
--> statement-breakpoint
revoke execute on function make_first_operator from public;
--> statement-breakpoint
-- Asks to be a merchant. Returns 'made'; 'found' where this very request is there already; 'pending' where another one of
-- theirs waits; 'not_payer' where they are a merchant or an operator. A user's requests take turns by their row's lock.
create or replace function request_merchant_v1(request_id uuid, for_user uuid, wanted_name text, they_sell text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  current_role_of text;
begin
  perform assert_decisive();
  select u.role into current_role_of from users u where u.id = for_user for no key update;
  if exists (select from merchant_requests r where r.id = request_id and r.user_id = for_user) then
    perform wait_for_standbys();
    return 'found';
  end if;
  if current_role_of is distinct from 'payer' then
    return 'not_payer';
  end if;
  if exists (select from merchant_requests r where r.user_id = for_user and r.state = 'pending') then
    return 'pending';
  end if;
  insert into merchant_requests (id, user_id, business_name, sells, state, created_at)
  values (request_id, for_user, wanted_name, they_sell, 'pending', date_trunc('milliseconds', clock_timestamp()));
  return 'made';
end
$$;
--> statement-breakpoint
revoke execute on function request_merchant_v1 from public;
--> statement-breakpoint
-- Decides a request once. Approving makes its user a merchant under the name that they asked for. Returns
--   done          and written to the audit log
--   unchanged     it was decided so already
--   decided       it was decided otherwise
--   not_operator, self, unknown_request, not_payer, name_taken, handle_taken
create or replace function decide_merchant_request_v1(
  actor uuid, request_id uuid, approve boolean, name_skeleton text, handle_skeleton text, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  of_user uuid;
  state_now text;
  wanted_name text;
  before_role text;
  before_name text;
  outcome constant text := case when approve then 'approved' else 'declined' end;
  verdict text;
begin
  perform assert_decisive();
  select r.user_id into of_user from merchant_requests r where r.id = request_id;
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if of_user is null then
    return 'unknown_request';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select r.state, r.business_name into state_now, wanted_name
    from merchant_requests r where r.id = request_id for no key update;
  if state_now <> 'pending' then
    perform wait_for_standbys();
    return case when state_now = outcome then 'unchanged' else 'decided' end;
  end if;
  select u.role, u.name into before_role, before_name from users u where u.id = of_user;
  if approve then
    if before_role <> 'payer' then
      return 'not_payer';
    end if;
    verdict := change_role(of_user, 'merchant', wanted_name, name_skeleton, handle_skeleton);
    if verdict <> 'done' then
      return verdict;
    end if;
  end if;
  update merchant_requests r
     set state = outcome, decided_by = actor, decision_reason = reason,
         decided_at = date_trunc('milliseconds', clock_timestamp())
   where r.id = request_id;
  if approve then
    perform write_audit(
      gen_random_uuid(), actor, 'role', 'user', of_user::text, reason,
      jsonb_build_object('role', before_role, 'name', before_name),
      jsonb_build_object('role', 'merchant', 'name', wanted_name, 'request', request_id));
  else
    perform write_audit(
      gen_random_uuid(), actor, 'merchant-declined', 'user', of_user::text, reason, null,
      jsonb_build_object('name', wanted_name, 'request', request_id));
  end if;
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function decide_merchant_request_v1 from public;
--> statement-breakpoint
-- Those of the users who may act as operators now; their rows are locked, so that a role is taken away before or after.
create or replace function lock_operators(ids uuid[]) returns uuid[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  all_held uuid[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    if is_acting_operator(wanted) then
      all_held := all_held || wanted;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
revoke execute on function lock_keys, lock_operators, lock_orders, lock_refunds, lock_accounts from public;
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
      or entry.kind = 'funding' and (btrim(entry.note) = '') is not false then 'malformed'
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
    when entry.kind not in ('top-up', 'funding') and debit.owner_id is distinct from entry.user_id then 'payer_unknown'
    when entry.kind not in ('top-up', 'funding') and credit.owner_id is null then 'payee_unknown'
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
-- Writes to the audit log what an operator's funding did to the account that has an owner, under the payment's own id.
create or replace function audit_funding(
  entry settlement_entry, debit settlement_account, credit settlement_account, decline text, amount bigint
)
returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  is_credit constant boolean := debit.owner_id is null;
  wallet constant settlement_account := case when is_credit then credit else debit end;
begin
  perform write_audit(
    entry.key, entry.user_id, 'fund', 'account', wallet.id::text, entry.note,
    jsonb_build_object('balanceMinor', wallet.balance_minor::text),
    jsonb_build_object(
      'balanceMinor', (case when decline is not null then wallet.balance_minor
                            when is_credit then wallet.balance_minor + amount
                            else wallet.balance_minor - amount end)::text,
      'direction', case when is_credit then 'credit' else 'debit' end, 'amountMinor', amount::text,
      'currency', entry.currency, 'decline', decline));
end
$$;
--> statement-breakpoint
revoke execute on function audit_funding from public;
--> statement-breakpoint
-- Answers each entry of `batch` (a JSON array of settlement_entry), in order, with a verdict:
--   settled    this entry was executed: paid or declined, recorded for ever, the key consumed
--   replayed   the key has this outcome already, for the same request
--   reused     the key has this outcome already, for another request
--   mismatch   the key is open, but for another purpose; nothing consumed
--   refused    the request cannot be executed as it is (`reason`); nothing consumed
--   void       the key is not open for this user: it never executed and never will
-- With settled, replayed and reused comes the payment's row.
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
  names_orders boolean; names_refunds boolean; names_fundings boolean;
  operators uuid[] := '{}';
  keys_held settlement_key[]; keys_spent integer[]; key_done boolean[];
  orders_held settlement_order[] := '{}'; refunds_held settlement_refund[] := '{}'; accounts_held settlement_account[];
  -- By entry: its verdict and why it is refused; where its key, order, refund total and accounts stand in the arrays above.
  verdicts text[]; reasons text[];
  key_at integer[]; order_at integer[]; refund_at integer[]; debit_at integer[]; credit_at integer[];
  -- What will be written.
  outcomes settlement_outcome[] := '{}'; transfers settlement_transfer[] := '{}';
  -- What the pass is at.
  entry settlement_entry; held settlement_key; the_order settlement_order; the_refund settlement_refund;
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
             or e.refund_of is distinct from h.subject_id then 'mismatch'
           else 'taken' end order by e.ordinality),
         count(e.order_id) > 0, count(e.refund_of) > 0, count(*) filter (where e.kind = 'funding') > 0
    into key_at, verdicts, names_orders, names_refunds, names_fundings
    from unnest(entries) with ordinality e
    left join unnest(keys_held) with ordinality h on h.user_id = e.user_id and h.key = e.key;
  key_done := array_fill(false, array[cardinality(keys_held)]);
  reasons := array_fill(null::text, array[cardinality(entries)]);

  -- 2. Lock operators, then orders, then refund totals, then accounts, of the entries that were taken.
  if names_fundings then
    operators := lock_operators(array(
      select e.user_id from unnest(entries) with ordinality e
       where verdicts[e.ordinality] = 'taken' and e.kind = 'funding'));
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

  select array_agg(o.ordinality::integer order by e.ordinality), array_agg(r.ordinality::integer order by e.ordinality),
         array_agg(d.ordinality::integer order by e.ordinality), array_agg(c.ordinality::integer order by e.ordinality)
    into order_at, refund_at, debit_at, credit_at
    from unnest(entries) with ordinality e
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
    the_order := orders_held[order_at[i]];
    the_refund := refunds_held[refund_at[i]];
    debit := accounts_held[debit_at[i]];
    credit := accounts_held[credit_at[i]];
    amount := entry.amount_minor;
    if entry.kind = 'refund' and amount is null then
      amount := the_refund.amount_minor - the_refund.refunded_minor;
    end if;

    refusal := refusal_of(
      entry, amount, the_order, the_refund, debit, credit, entry.user_id = any(operators));
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
    update orders o set cancelled_at = clock_timestamp() where o.id = order_id;
  end if;
  perform wait_for_standbys();
  return case when is_paid then 'paid' else 'cancelled' end;
end
$$;
--> statement-breakpoint
revoke execute on function cancel_order_v1 from public;
--> statement-breakpoint
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
--> statement-breakpoint
create or replace trigger payment_links_end_once before insert or update on payment_links
  for each row execute function guard_payment_link();
--> statement-breakpoint
create or replace trigger payment_links_commit_synchronously after insert or update or delete on payment_links
  for each statement execute function commit_synchronously();
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
    update payment_links l set closed_at = clock_timestamp() where l.id = link_id;
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
          of_link, of_user, clock_timestamp())
  on conflict (id) do nothing;
  -- Of two presses at once, one makes it; the other has waited for that.
  return case when found then 'created' else 'same' end;
end
$$;
--> statement-breakpoint
revoke execute on function order_by_link_v1 from public;
--> statement-breakpoint
-- Opens the wallet of an owner in a currency, empty, unless it is open already; frozen where its owner is. Only settling writes the balance and the
-- version.
create or replace function open_account_v1(new_id uuid, for_owner uuid, in_currency text, day_limit bigint)
returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor, closed_at)
  -- The parameter by its function's name: in SQL a column of the same name, of a later build, would be meant.
  values (new_id, for_owner, 'wallet', in_currency, day_limit,
          (select u.frozen_at from users u where u.id = open_account_v1.for_owner for share))
  on conflict (owner_id, currency) do nothing
$$;
--> statement-breakpoint
revoke execute on function open_account_v1 from public;
--> statement-breakpoint
-- Opens a currency: its row, and the house account that money enters and leaves the service by. Where it is open, sets the
-- daily limit that accounts opened from now on get (`sets_limit`); accounts that are there keep theirs. Returns 'opened',
-- 'changed', 'unchanged' or 'not_operator'.
create or replace function open_currency_v1(
  actor uuid, new_code text, sets_limit boolean, limit_minor bigint, house_id uuid, reason text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  was bigint;
begin
  perform assert_decisive();
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  insert into currencies (code, house_account_id, day_limit_minor, opened_at)
  values (new_code, house_id, limit_minor, date_trunc('milliseconds', clock_timestamp()))
  on conflict (code) do nothing;
  if found then
    insert into ledger_accounts (id, owner_id, purpose, currency, min_balance_minor)
    values (house_id, null, 'funding', new_code, null);
    perform write_audit(
      gen_random_uuid(), actor, 'open-currency', 'currency', new_code, reason, null,
      jsonb_build_object('dayLimitMinor', limit_minor::text, 'houseAccountId', house_id));
    return 'opened';
  end if;
  select c.day_limit_minor into was from currencies c where c.code = new_code for no key update;
  if not sets_limit or was is not distinct from limit_minor then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  update currencies c set day_limit_minor = limit_minor where c.code = new_code;
  perform write_audit(
    gen_random_uuid(), actor, 'currency-day-limit', 'currency', new_code, reason,
    jsonb_build_object('dayLimitMinor', was::text), jsonb_build_object('dayLimitMinor', limit_minor::text));
  return 'changed';
end
$$;
--> statement-breakpoint
revoke execute on function open_currency_v1 from public;
--> statement-breakpoint
-- Opens the accounts that a user lacks in the currencies that are open, empty. One of somebody who is frozen begins closed:
-- the user's row is locked, so that freezing them waits, and then finds it. Only settling writes the balance and the version.
create or replace function open_accounts_v1(for_user uuid)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted record;
  frozen_since timestamptz;
  new_id uuid;
begin
  for wanted in
    select c.code, c.day_limit_minor from currencies c
     where not exists (select from ledger_accounts a where a.owner_id = for_user and a.currency = c.code)
     order by c.code
  loop
    select u.frozen_at into frozen_since from users u where u.id = for_user for share;
    exit when not found;
    new_id := gen_random_uuid();
    insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor, closed_at)
    values (new_id, for_user, 'wallet', wanted.code, wanted.day_limit_minor, frozen_since)
    on conflict (owner_id, currency) do nothing;
  end loop;
end
$$;
--> statement-breakpoint
revoke execute on function open_accounts_v1 from public;
--> statement-breakpoint
-- For databases of before there were rows of currencies: every currency that somebody has an account in is open, with the
-- newest account's daily limit, and gets a house account where it has none. Start-up calls it after migrations; where the rows
-- are there it does nothing.
create or replace function adopt_currencies() returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted text;
  house uuid;
  limit_minor bigint;
begin
  for wanted in
    select distinct a.currency from ledger_accounts a
     where not exists (select from currencies c where c.code = a.currency) order by 1
  loop
    select a.id into house from ledger_accounts a
     where a.purpose = 'funding' and a.currency = wanted order by a.created_at, a.id limit 1;
    if not found then
      house := gen_random_uuid();
      insert into ledger_accounts (id, owner_id, purpose, currency, min_balance_minor)
      values (house, null, 'funding', wanted, null);
    end if;
    select a.day_limit_minor into limit_minor from ledger_accounts a
     where a.purpose = 'wallet' and a.currency = wanted order by a.created_at desc, a.id limit 1;
    insert into currencies (code, house_account_id, day_limit_minor, opened_at)
    values (wanted, house, limit_minor, date_trunc('milliseconds', clock_timestamp()))
    on conflict (code) do nothing;
  end loop;
end
$$;
--> statement-breakpoint
revoke execute on function adopt_currencies from public;
--> statement-breakpoint
-- What an operator forbids accounts, and allows them again. A payment that is under way is waited for; what begins later finds
-- the account as it was left here.

-- Freezes a person (`in_currency` null: every account, those opened later included), or one account of theirs; or takes that
-- back. A frozen account neither pays nor is paid. Taking back a person's freeze leaves closed what was closed for itself, before
-- that freeze or while it lasted.
-- Returns
--   done             and written to the audit log
--   unchanged        it was so already
--   person_frozen    one account is not taken back from somebody who is frozen altogether
--   not_operator, self, unknown_user, unknown_account
create or replace function set_frozen_v1(actor uuid, of_user uuid, in_currency text, to_frozen boolean, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  this_moment timestamptz := date_trunc('milliseconds', clock_timestamp());
  frozen_since timestamptz;
  account uuid;
  closed_since timestamptz;
begin
  perform assert_decisive();
  if not lock_actor_and_subject(actor, of_user) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  select u.frozen_at into frozen_since from users u where u.id = of_user;
  if not found then
    return 'unknown_user';
  end if;

  if in_currency is not null then
    select a.id into account from ledger_accounts a where a.owner_id = of_user and a.currency = in_currency;
    if not found then
      return 'unknown_account';
    end if;
    select a.closed_at into closed_since from ledger_accounts a where a.id = account for no key update;
    -- Closed by the person's freeze alone, it is not closed for itself yet.
    if to_frozen = (closed_since is not null) and (not to_frozen or closed_since is distinct from frozen_since) then
      perform wait_for_standbys();
      return 'unchanged';
    end if;
    if not to_frozen and frozen_since is not null then
      return 'person_frozen';
    end if;
    -- At another moment than the person, by which the two are told apart.
    update ledger_accounts a
       set closed_at = case when to_frozen then greatest(this_moment, frozen_since + interval '1 millisecond') end
     where a.id = account;
    perform write_audit(
      gen_random_uuid(), actor, case when to_frozen then 'freeze' else 'unfreeze' end, 'account', account::text, reason,
      jsonb_build_object('frozen', not to_frozen), jsonb_build_object('frozen', to_frozen));
    return 'done';
  end if;

  if to_frozen = (frozen_since is not null) then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  -- At another moment than any account of theirs was closed for itself, by which the two are told apart.
  select greatest(this_moment, max(a.closed_at) + interval '1 millisecond') into this_moment
    from ledger_accounts a where a.owner_id = of_user;
  update users u set frozen_at = case when to_frozen then this_moment end where u.id = of_user;
  for account in select a.id from ledger_accounts a where a.owner_id = of_user order by a.id loop
    select a.closed_at into closed_since from ledger_accounts a where a.id = account for no key update;
    if to_frozen and closed_since is null then
      update ledger_accounts a set closed_at = this_moment where a.id = account;
    elsif not to_frozen and closed_since = frozen_since then
      update ledger_accounts a set closed_at = null where a.id = account;
    end if;
  end loop;
  perform write_audit(
    gen_random_uuid(), actor, case when to_frozen then 'freeze' else 'unfreeze' end, 'user', of_user::text, reason,
    jsonb_build_object('frozen', not to_frozen), jsonb_build_object('frozen', to_frozen));
  return 'done';
end
$$;
--> statement-breakpoint
-- Sets what may leave an account in a UTC day by orders and transfers; null means no limit. What left it today counts.
-- Returns done, unchanged, not_operator, self, unknown_user or unknown_account.
create or replace function set_day_limit_v1(actor uuid, of_user uuid, in_currency text, limit_minor bigint, reason text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  account uuid;
  was bigint;
begin
  perform assert_decisive();
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if actor = of_user then
    return 'self';
  end if;
  if not exists (select from users u where u.id = of_user) then
    return 'unknown_user';
  end if;
  select a.id into account from ledger_accounts a where a.owner_id = of_user and a.currency = in_currency;
  if not found then
    return 'unknown_account';
  end if;
  select a.day_limit_minor into was from ledger_accounts a where a.id = account for no key update;
  if was is not distinct from limit_minor then
    perform wait_for_standbys();
    return 'unchanged';
  end if;
  update ledger_accounts a set day_limit_minor = limit_minor where a.id = account;
  perform write_audit(
    gen_random_uuid(), actor, 'day-limit', 'account', account::text, reason,
    jsonb_build_object('dayLimitMinor', was::text), jsonb_build_object('dayLimitMinor', limit_minor::text));
  return 'done';
end
$$;
--> statement-breakpoint
revoke execute on function set_frozen_v1, set_day_limit_v1 from public;
--> statement-breakpoint
-- The audit log: what an operator did is never altered.
create or replace trigger audit_log_append_only before update or delete on audit_log
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function refuse_change();
--> statement-breakpoint
alter table audit_log enable always trigger audit_log_append_only;
--> statement-breakpoint
alter table audit_log enable always trigger audit_log_no_truncate;
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
