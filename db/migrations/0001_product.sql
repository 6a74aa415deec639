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
ALTER TABLE "users" ADD COLUMN "locale" text DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "receipts_by_mail" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "payment_link_id" uuid;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "ordered_by" uuid;--> statement-breakpoint
ALTER TABLE "payment_links" ADD CONSTRAINT "payment_links_merchant_id_users_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "email_addresses_user_id" ON "email_addresses" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "pending_sign_ups_expires_at" ON "pending_sign_ups" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "mail_outbox_due_at" ON "mail_outbox" USING btree ("due_at") WHERE "mail_outbox"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "mail_outbox_finished_at" ON "mail_outbox" USING btree ("finished_at") WHERE "mail_outbox"."finished_at" is not null;--> statement-breakpoint
CREATE INDEX "payment_links_merchant" ON "payment_links" USING btree ("merchant_id","created_at","id");--> statement-breakpoint
CREATE INDEX "orders_payment_link" ON "orders" USING btree ("payment_link_id","ordered_by","created_at") WHERE payment_link_id is not null;--> statement-breakpoint
CREATE INDEX "payments_refunds" ON "payments" USING btree ("user_id","subject_id","settled_at","id") WHERE kind = 'refund' and status = 'succeeded';--> statement-breakpoint
CREATE INDEX "payments_declined" ON "payments" USING btree ("user_id","settled_at","id") WHERE status = 'declined';--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_by_link_whole" CHECK (("orders"."payment_link_id" is null) = ("orders"."ordered_by" is null));
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
--   closed    the link is closed
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
  if exists (select 1 from orders o where o.id = order_id) then
    perform wait_for_standbys();
    return 'same';
  end if;
  if was_closed then
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
