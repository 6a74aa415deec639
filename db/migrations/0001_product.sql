CREATE TABLE "email_addresses" (
	"email" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL
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
ALTER TABLE "users" ADD COLUMN "locale" text DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "receipts_by_mail" boolean DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX "email_addresses_user_id" ON "email_addresses" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "mail_outbox_due_at" ON "mail_outbox" USING btree ("due_at") WHERE "mail_outbox"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "mail_outbox_finished_at" ON "mail_outbox" USING btree ("finished_at") WHERE "mail_outbox"."finished_at" is not null;
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
  execute format('grant insert, update, delete on users, sessions, credentials, verifications, rate_limits, api_keys, mail_outbox to %I',
                 app_role);
  execute format('grant insert on orders to %I', app_role);
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
