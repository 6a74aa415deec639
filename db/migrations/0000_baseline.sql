CREATE TABLE "payment_attempts" (
	"user_id" uuid NOT NULL,
	"key" uuid NOT NULL,
	"id" uuid NOT NULL,
	"channel" text NOT NULL,
	"verdict" text NOT NULL,
	"arrived_at" timestamp (3) with time zone NOT NULL,
	"request_id" text,
	CONSTRAINT "payment_attempts_pkey" PRIMARY KEY("user_id","key","id")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"config_id" text DEFAULT 'default' NOT NULL,
	"name" text,
	"start" text,
	"prefix" text,
	"key" text NOT NULL,
	"reference_id" uuid NOT NULL,
	"refill_interval" integer,
	"refill_amount" integer,
	"last_refill_at" timestamp with time zone,
	"enabled" boolean DEFAULT true NOT NULL,
	"rate_limit_enabled" boolean DEFAULT false NOT NULL,
	"rate_limit_time_window" integer,
	"rate_limit_max" integer,
	"request_count" integer DEFAULT 0 NOT NULL,
	"remaining" integer,
	"last_request" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"permissions" text,
	"metadata" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_keys_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "credentials" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"provider_id" text NOT NULL,
	"account_id" text NOT NULL,
	"password" text,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "credentials_provider_account_unique" UNIQUE("provider_id","account_id")
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "rate_limits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"handle" text NOT NULL,
	"role" text DEFAULT 'payer' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_email_unique" UNIQUE("email"),
	CONSTRAINT "users_handle_unique" UNIQUE("handle"),
	CONSTRAINT "users_handle_form" CHECK ("users"."handle" ~ '^[a-z][a-z0-9-]{1,29}$'),
	CONSTRAINT "users_email_lower" CHECK ("users"."email" = lower("users"."email")),
	CONSTRAINT "users_role_known" CHECK ("users"."role" in ('payer', 'merchant', 'operator'))
);
--> statement-breakpoint
CREATE TABLE "verifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"user_id" uuid NOT NULL,
	"key" uuid NOT NULL,
	"kind" text NOT NULL,
	"purpose_id" uuid NOT NULL,
	"subject_id" uuid,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"issued_in" text NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("user_id","key"),
	CONSTRAINT "idempotency_keys_purpose_unique" UNIQUE("user_id","kind","purpose_id"),
	CONSTRAINT "idempotency_keys_kind_known" CHECK ("idempotency_keys"."kind" in ('order', 'transfer', 'refund', 'top-up')),
	CONSTRAINT "idempotency_keys_subject" CHECK (("idempotency_keys"."kind" = 'refund') = ("idempotency_keys"."subject_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "ledger_accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid,
	"purpose" text NOT NULL,
	"currency" char(3) NOT NULL,
	"balance_minor" bigint DEFAULT 0 NOT NULL,
	"min_balance_minor" bigint DEFAULT 0,
	"version" bigint DEFAULT 0 NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"day" date,
	"day_out_minor" bigint DEFAULT 0 NOT NULL,
	"day_limit_minor" bigint,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ledger_accounts_owner_currency_unique" UNIQUE("owner_id","currency"),
	CONSTRAINT "ledger_accounts_floor" CHECK ("ledger_accounts"."balance_minor" >= "ledger_accounts"."min_balance_minor"),
	CONSTRAINT "ledger_accounts_owned" CHECK (("ledger_accounts"."purpose" = 'funding') = ("ledger_accounts"."owner_id" is null)),
	CONSTRAINT "ledger_accounts_purpose_known" CHECK ("ledger_accounts"."purpose" in ('wallet', 'funding'))
);
--> statement-breakpoint
CREATE TABLE "ledger_seal_head" (
	"id" smallint PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	"sealed_below" "xid8" NOT NULL,
	"system_identifier" bigint NOT NULL,
	CONSTRAINT "ledger_seal_head_one" CHECK ("ledger_seal_head"."id" = 1)
);
--> statement-breakpoint
CREATE TABLE "ledger_seals" (
	"position" bigint PRIMARY KEY NOT NULL,
	"transfer_id" uuid NOT NULL,
	"hash" "bytea" NOT NULL,
	"sealed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_seals_hash_length" CHECK (octet_length("ledger_seals"."hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "ledger_transfers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"debit_account_id" uuid NOT NULL,
	"credit_account_id" uuid NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"debit_balance_minor" bigint NOT NULL,
	"debit_version" bigint NOT NULL,
	"credit_balance_minor" bigint NOT NULL,
	"credit_version" bigint NOT NULL,
	"transaction_id" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "ledger_transfers_amount_positive" CHECK ("ledger_transfers"."amount_minor" > 0),
	CONSTRAINT "ledger_transfers_two_accounts" CHECK ("ledger_transfers"."debit_account_id" <> "ledger_transfers"."credit_account_id"),
	CONSTRAINT "ledger_transfers_versions" CHECK ("ledger_transfers"."debit_version" > 0 and "ledger_transfers"."credit_version" > 0)
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"merchant_id" uuid NOT NULL,
	"merchant_account_id" uuid NOT NULL,
	"description" text NOT NULL,
	"currency" char(3) NOT NULL,
	"total_minor" bigint NOT NULL,
	"items" jsonb NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"cancelled_at" timestamp (3) with time zone,
	"paid_by" uuid,
	"paid_by_user_id" uuid,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "orders_total_positive" CHECK ("orders"."total_minor" > 0),
	CONSTRAINT "orders_paid_whole" CHECK (("orders"."paid_by" is null) = ("orders"."paid_by_user_id" is null)),
	CONSTRAINT "orders_one_end" CHECK ("orders"."paid_by" is null or "orders"."cancelled_at" is null)
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"user_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"purpose_id" uuid NOT NULL,
	"subject_id" uuid,
	"status" text NOT NULL,
	"decline_code" text,
	"amount_minor" bigint NOT NULL,
	"currency" char(3) NOT NULL,
	"payer_account_id" uuid NOT NULL,
	"payee_account_id" uuid NOT NULL,
	"note" text,
	"request_hash" "bytea" NOT NULL,
	"renderer" smallint NOT NULL,
	"settled_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payments_pkey" PRIMARY KEY("user_id","id"),
	CONSTRAINT "payments_kind_known" CHECK ("payments"."kind" in ('order', 'transfer', 'refund', 'top-up')),
	CONSTRAINT "payments_subject" CHECK (("payments"."kind" = 'refund') = ("payments"."subject_id" is not null)),
	CONSTRAINT "payments_status_known" CHECK (("payments"."status" = 'succeeded' and "payments"."decline_code" is null) or ("payments"."status" = 'declined' and "payments"."decline_code" is not null)),
	CONSTRAINT "payments_amount" CHECK ("payments"."amount_minor" > 0 or ("payments"."amount_minor" = 0 and "payments"."status" = 'declined' and "payments"."kind" = 'refund')),
	CONSTRAINT "payments_two_parties" CHECK ("payments"."payer_account_id" <> "payments"."payee_account_id"),
	CONSTRAINT "payments_hash_length" CHECK (octet_length("payments"."request_hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "refund_totals" (
	"payment_id" uuid PRIMARY KEY NOT NULL,
	"refunded_minor" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "refund_totals_not_negative" CHECK ("refund_totals"."refunded_minor" >= 0)
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_reference_id_users_id_fk" FOREIGN KEY ("reference_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ledger_accounts" ADD CONSTRAINT "ledger_accounts_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_merchant_id_users_id_fk" FOREIGN KEY ("merchant_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "payment_attempts_arrived_at" ON "payment_attempts" USING btree ("arrived_at");--> statement-breakpoint
CREATE INDEX "api_keys_reference_id" ON "api_keys" USING btree ("reference_id");--> statement-breakpoint
CREATE INDEX "credentials_user_id" ON "credentials" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user_id" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verifications_identifier" ON "verifications" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_seals_transfer" ON "ledger_seals" USING btree ("transfer_id");--> statement-breakpoint
CREATE INDEX "ledger_transfers_debit" ON "ledger_transfers" USING btree ("debit_account_id","debit_version");--> statement-breakpoint
CREATE INDEX "ledger_transfers_credit" ON "ledger_transfers" USING btree ("credit_account_id","credit_version");--> statement-breakpoint
CREATE INDEX "ledger_transfers_transaction" ON "ledger_transfers" USING btree ("transaction_id");--> statement-breakpoint
CREATE INDEX "orders_merchant" ON "orders" USING btree ("merchant_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "payments_purpose_once" ON "payments" USING btree ("user_id","kind","purpose_id") WHERE status = 'succeeded';--> statement-breakpoint
CREATE INDEX "payments_id" ON "payments" USING btree ("id");--> statement-breakpoint
CREATE INDEX "payments_settled" ON "payments" USING btree ("user_id","settled_at","id");--> statement-breakpoint
CREATE INDEX "payments_received" ON "payments" USING btree ("payee_account_id","settled_at","id") WHERE status = 'succeeded';
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
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
--> statement-breakpoint
create or replace trigger sessions_commit_synchronously after delete or update of token, user_id, expires_at on sessions
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create or replace trigger api_keys_commit_synchronously after delete or update of key, reference_id, enabled, permissions, expires_at on api_keys
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create or replace trigger credentials_commit_synchronously after delete or update of password, user_id on credentials
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create or replace trigger users_commit_synchronously after delete or update of email, email_verified, handle, role on users
  for each statement execute function commit_synchronously();
--> statement-breakpoint
create or replace trigger orders_commit_synchronously after insert or update or delete on orders
  for each statement execute function commit_synchronously();
--> statement-breakpoint
-- The identity of this database, stored with each key, so that the key is void in a copy.

-- The WAL timeline this server writes on. It changes with every promotion and every point-in-time restore. Raises on a
-- standby, so that a standby never answers "void".
create or replace function wal_timeline() returns integer
language sql volatile
set search_path = pg_catalog, pg_temp
as $$
  select ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
$$;
--> statement-breakpoint
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
--> statement-breakpoint
revoke execute on function journal_server from public;
--> statement-breakpoint
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
--> statement-breakpoint
-- Gets or creates the open key of (user, purpose).
--   created          the new key
--   found            the key that was open already; its expiry is extended
--   settled          this user has paid the purpose; the payment's id. No key is left open
--   other-subject    the purpose is in use for another refunded payment; refused
--   capped           the user has too many open keys; an existing key is found all the same
-- Losing a freshly inserted key in a crash is safe (it is void then), so that commit alone need not wait for the disk.
create or replace function issue_key_v1(
  for_user uuid, new_key uuid, for_kind text, for_purpose uuid, for_subject uuid, lifetime interval, open_keys_max integer
)
returns table (verdict text, key uuid, expires_at timestamptz)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
-- The table of open keys is small at night and large in a rush: a plan that was made while it was small must not read all
-- of it when it has grown. So below, too.
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  open_key uuid;
  open_subject uuid;
  open_until timestamptz;
  paid uuid;
  paid_subject uuid;
  outcome text;
begin
  perform assert_decisive();

  loop
    -- Find. Waits for a settle or revoke in flight, and then finds nothing.
    update idempotency_keys k
       set expires_at = greatest(k.expires_at, now() + lifetime)
     where k.user_id = for_user and k.kind = for_kind and k.purpose_id = for_purpose and k.issued_in = here
    returning k.key, k.subject_id, k.expires_at into open_key, open_subject, open_until;
    if found then
      if open_subject is distinct from for_subject then
        return query select 'other-subject', null::uuid, null::timestamptz;
        return;
      end if;
      -- A revived key whose payment was declined can never execute: it goes, and the purpose gets a new one.
      if not exists (select 1 from payments p where p.user_id = for_user and p.id = open_key) then
        outcome := 'found';
        exit;
      end if;
      delete from idempotency_keys k where k.user_id = for_user and k.key = open_key;
      open_key := null;
    end if;

    if (select count(*) from (
          select 1 from idempotency_keys k where k.user_id = for_user and k.issued_in = here limit open_keys_max) q)
        >= open_keys_max then
      outcome := 'capped';
      exit;
    end if;

    -- Or insert. A key of another database must not stand in the way; a concurrent insert sends us round again.
    delete from idempotency_keys k
     where k.user_id = for_user and k.kind = for_kind and k.purpose_id = for_purpose and k.issued_in <> here;
    insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, issued_in)
    values (for_user, new_key, for_kind, for_purpose, for_subject, now() + lifetime, here)
    on conflict (user_id, kind, purpose_id) do nothing
    returning idempotency_keys.key, idempotency_keys.expires_at into open_key, open_until;
    if found then
      outcome := 'created';
      exit;
    end if;
  end loop;

  -- A later statement, so it sees a settle that the insert above waited for.
  select p.id, p.subject_id into paid, paid_subject
    from payments p
   where p.user_id = for_user and p.kind = for_kind and p.purpose_id = for_purpose and p.status = 'succeeded';
  if found then
    delete from idempotency_keys k where k.user_id = for_user and k.key = open_key;
    perform wait_for_standbys();
    if paid_subject is distinct from for_subject then
      return query select 'other-subject', null::uuid, null::timestamptz;
    else
      return query select 'settled', paid, null::timestamptz;
    end if;
    return;
  end if;

  -- What is set last counts at commit.
  if outcome = 'created' then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return query select outcome, open_key, open_until;
end
$$;
--> statement-breakpoint
revoke execute on function issue_key_v1 from public;
--> statement-breakpoint
-- The state of a key for a user: settled, open, or void. Both tables are read in one statement: a read of payments before
-- keys could miss a settle between the two, and call a paid key void.
create or replace function key_state_v1(of_user uuid, asked_key uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  state text;
begin
  perform assert_decisive();
  select case
           when exists (select 1 from payments p where p.user_id = of_user and p.id = asked_key) then 'settled'
           when exists (select 1 from idempotency_keys k
                         where k.user_id = of_user and k.key = asked_key and k.issued_in = here) then 'open'
           else 'void' end
    into state;
  perform wait_for_standbys();
  return state;
end
$$;
--> statement-breakpoint
revoke execute on function key_state_v1 from public;
--> statement-breakpoint
-- Revokes a key. True: it was open, or never was, and will never execute. False: a payment exists under it.
-- The delete waits for a settle in flight; the look-up is a later statement, so it sees what that settle did.
create or replace function revoke_key_v1(of_user uuid, revoked_key uuid)
returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off
as $$
#variable_conflict use_variable
declare
  is_settled boolean;
begin
  perform assert_decisive();
  delete from idempotency_keys k where k.user_id = of_user and k.key = revoked_key;
  is_settled := exists (select 1 from payments p where p.user_id = of_user and p.id = revoked_key);
  perform wait_for_standbys();
  return not is_settled;
end
$$;
--> statement-breakpoint
revoke execute on function revoke_key_v1 from public;
--> statement-breakpoint
-- Deletes up to rows_max expired keys, and returns how many. Safe on any number of servers at once: rows
-- that a settle has locked are skipped, the others are locked in the same order as everywhere.
create or replace function reap_keys_v1(rows_max integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  longest constant interval := interval '2 days';
  of_interest record;
  reaped integer := 0;
begin
  perform assert_decisive();
  for of_interest in
    select k.user_id, k.key, k.expires_at < now() as has_expired from idempotency_keys k
     where k.expires_at < now() or k.expires_at > now() + longest
     order by k.user_id, k.key
     limit rows_max
       for update skip locked
  loop
    if of_interest.has_expired then
      delete from idempotency_keys k where k.user_id = of_interest.user_id and k.key = of_interest.key;
    else
      update idempotency_keys k set expires_at = now() + longest
       where k.user_id = of_interest.user_id and k.key = of_interest.key;
    end if;
    reaped := reaped + 1;
  end loop;
  return reaped;
end
$$;
--> statement-breakpoint
revoke execute on function reap_keys_v1 from public;
--> statement-breakpoint
-- Voids every open key, and returns how many. For use after the server's files were restored from a snapshot or a copy,
-- which brings back keys that were void or paid, under the same identity. Only the owner may call it.
create or replace function void_open_keys() returns integer
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  gone integer;
begin
  perform assert_decisive();
  delete from idempotency_keys;
  get diagnostics gone = row_count;
  return gone;
end
$$;
--> statement-breakpoint
revoke execute on function void_open_keys from public;
--> statement-breakpoint
-- What settling locks. In one order everywhere: keys, orders, refund totals, accounts; each one at a time, by equality on
-- its primary key, sorted. So there are no deadlocks, and a distributed engine can route every lock to a shard. Missing rows
-- are not returned.

-- A request to pay, resolved to accounts. `amount_minor` may be null for a refund only: "what is left".
create type settlement_entry as (
  user_id uuid,
  key uuid,
  kind text,
  order_id uuid,
  refund_of uuid,
  debit_account_id uuid,
  credit_account_id uuid,
  amount_minor bigint,
  currency text,
  note text,
  request_hash bytea,
  renderer smallint
);
--> statement-breakpoint
-- Locked rows that change while a batch is executed, by the columns that settling uses.
create type settlement_key as (user_id uuid, key uuid, kind text, purpose_id uuid, subject_id uuid);
--> statement-breakpoint
create type settlement_order as (
  id uuid, total_minor bigint, currency text, merchant_account_id uuid, cancelled boolean, expires_at timestamptz,
  paid_by uuid, paid_by_user_id uuid, touched boolean
);
--> statement-breakpoint
create type settlement_refund as (
  payment_id uuid, amount_minor bigint, currency text, payer_account_id uuid, payee_account_id uuid,
  refunded_minor bigint, touched boolean
);
--> statement-breakpoint
create type settlement_account as (
  id uuid, owner_id uuid, currency text, balance_minor bigint, min_balance_minor bigint, version bigint,
  closed boolean, day_out_minor bigint, day_limit_minor bigint, touched boolean,
  day date
);
--> statement-breakpoint
-- The open keys of the entries: each entry's own user's and its own key, issued in this database.
create or replace function lock_keys(entries settlement_entry[]) returns settlement_key[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  here constant text := database_identity();
  wanted record;
  held settlement_key;
  all_held settlement_key[] := '{}';
begin
  for wanted in
    select distinct e.user_id, e.key from unnest(entries) e
     where e.user_id is not null and e.key is not null order by 1, 2
  loop
    select k.user_id, k.key, k.kind, k.purpose_id, k.subject_id into held from idempotency_keys k
     where k.user_id = wanted.user_id and k.key = wanted.key and k.issued_in = here
       for update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
-- FOR NO KEY UPDATE, here and below: it does not block foreign key checks.
create or replace function lock_orders(ids uuid[]) returns settlement_order[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held settlement_order;
  all_held settlement_order[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select o.id, o.total_minor, o.currency, o.merchant_account_id, o.cancelled_at is not null, o.expires_at,
           o.paid_by, o.paid_by_user_id, false
      into held from orders o where o.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
-- How much of each payment has been refunded: a row of its own, since a refund never changes the payment it refunds.
create or replace function lock_refunds(payment_ids uuid[]) returns settlement_refund[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held settlement_refund;
  all_held settlement_refund[] := '{}';
begin
  for wanted in select distinct id from unnest(payment_ids) id where id is not null order by 1 loop
    select p.id, p.amount_minor, p.currency, p.payer_account_id, p.payee_account_id, 0, false
      into held from payments p
     where p.id = wanted and p.status = 'succeeded' and p.kind in ('order', 'transfer');
    if found then
      insert into refund_totals (payment_id) values (wanted) on conflict do nothing;
      select t.refunded_minor into held.refunded_minor
        from refund_totals t where t.payment_id = wanted for no key update;
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
-- With the amount that left each account on the day that its row counts. The current day is read under these locks.
create or replace function lock_accounts(ids uuid[]) returns settlement_account[]
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  wanted uuid;
  held settlement_account;
  all_held settlement_account[] := '{}';
begin
  for wanted in select distinct id from unnest(ids) id where id is not null order by 1 loop
    select a.id, a.owner_id, a.currency, a.balance_minor, a.min_balance_minor, a.version, a.closed_at is not null,
           a.day_out_minor, a.day_limit_minor, false, a.day
      into held from ledger_accounts a where a.id = wanted for no key update;
    if found then
      all_held := all_held || held;
    end if;
  end loop;
  return all_held;
end
$$;
--> statement-breakpoint
revoke execute on function lock_keys, lock_orders, lock_refunds, lock_accounts from public;
--> statement-breakpoint
-- The rules by which an entry is refused or declined. Settling calls them for each entry in order, with the locked rows as
-- the entries before have left them; a missing row is null. Plain expressions without settings of their own, so that the
-- planner inlines them.

-- Refused: this request cannot be executed, now or later, as it is. Nothing is recorded, the key stays open. Null: it can.
create or replace function refusal_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account
)
returns text
language sql immutable
as $$
  select case
    when entry.currency is null or entry.currency !~ '^[A-Z]{3}$' or entry.renderer is null
      or octet_length(entry.request_hash) is distinct from 32 then 'malformed'
    when entry.kind = 'refund' and the_refund.payment_id is null then 'payment_unknown'
    when amount is null or amount < 0 or (amount = 0 and entry.amount_minor is not null) then 'amount_not_positive'
    when entry.kind = 'order' and the_order.id is null then 'order_unknown'
    when debit.id is null then 'payer_unknown'
    when credit.id is null then 'payee_unknown'
    when entry.kind = 'top-up' and (debit.owner_id is not null or credit.owner_id is distinct from entry.user_id)
      then 'payee_unknown'
    when entry.kind <> 'top-up' and debit.owner_id is distinct from entry.user_id then 'payer_unknown'
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
-- Declined: an outcome, recorded under the key; the same key never pays later. Null: the entry is paid.
create or replace function decline_of(
  entry settlement_entry, amount bigint, the_order settlement_order, the_refund settlement_refund,
  debit settlement_account, credit settlement_account, settled_now timestamptz
)
returns text
language sql immutable
as $$
  select case
    when the_order.paid_by is not null then 'order_already_paid'
    when the_order.cancelled then 'order_cancelled'
    when the_order.expires_at <= settled_now then 'order_expired'
    when credit.closed then 'payee_closed'
    when debit.currency <> entry.currency or credit.currency <> entry.currency then 'currency_mismatch'
    when entry.kind = 'refund' and (amount = 0 or amount > the_refund.amount_minor - the_refund.refunded_minor)
      then 'refund_exceeds_payment'
    when entry.kind in ('order', 'transfer') and debit.day_out_minor + amount > debit.day_limit_minor
      then 'limit_exceeded'
    when debit.balance_minor - amount < debit.min_balance_minor then 'insufficient_funds'
  end
$$;
--> statement-breakpoint
-- What left an account by orders and transfers on a day (UTC) other than the one that its row counts. An account counts the
-- latest day that it paid on. Where that is in the future (the clock was ahead when it was written), today is counted from
-- the payments themselves: a clock that was wrong once neither blocks an account nor lifts its limit.
create or replace function day_out_of(account settlement_account, of_day date) returns bigint
language sql stable
as $$
  select case when (day_out_of.account).day > day_out_of.of_day and (day_out_of.account).day_limit_minor is not null then (
    select least(coalesce(sum(p.amount_minor), 0), 9223372036854775807)::bigint
      from payments p
     where p.user_id = (day_out_of.account).owner_id and p.payer_account_id = (day_out_of.account).id
       and p.status = 'succeeded' and p.kind in ('order', 'transfer')
       and p.settled_at >= day_out_of.of_day::timestamp at time zone 'UTC'
       and p.settled_at < (day_out_of.of_day + 1)::timestamp at time zone 'UTC')
  else 0 end
$$;
--> statement-breakpoint
revoke execute on function day_out_of from public;
--> statement-breakpoint
-- Where money moves. One call, one autocommit statement, settles a batch of payments; a batch equals its entries
-- executed one after another, and no entry can make another fail. locks.sql locks rows, settle-rules.sql has the rules by
-- which an entry is refused or declined.

-- The rows to write, by the columns that settling uses: a table's own row type also has columns that were added later.
create type settlement_outcome as (
  user_id uuid, id uuid, kind text, purpose_id uuid, subject_id uuid, status text, decline_code text, amount_minor bigint,
  currency text, payer_account_id uuid, payee_account_id uuid, note text, request_hash bytea, renderer smallint,
  settled_at timestamptz
);
--> statement-breakpoint
create type settlement_transfer as (
  id uuid, debit_account_id uuid, credit_account_id uuid, amount_minor bigint, currency text, debit_balance_minor bigint,
  debit_version bigint, credit_balance_minor bigint, credit_version bigint, created_at timestamptz
);
--> statement-breakpoint
-- The elements of an array, like unnest. Declared with one row and not inlined, so that the planner joins by a nested loop
-- over an index, however small its estimate of the joined table; only for an estimate of zero rows a sequential scan costs
-- the same.
create or replace function each_of(elements anyarray) returns setof anyelement
language plpgsql immutable rows 1
as $$
#variable_conflict use_variable
begin
  return query select * from unnest(elements);
end
$$;
--> statement-breakpoint
revoke execute on function each_of from public;
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
  names_orders boolean; names_refunds boolean;
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
         count(e.order_id) > 0, count(e.refund_of) > 0
    into key_at, verdicts, names_orders, names_refunds
    from unnest(entries) with ordinality e
    left join unnest(keys_held) with ordinality h on h.user_id = e.user_id and h.key = e.key;
  key_done := array_fill(false, array[cardinality(keys_held)]);
  reasons := array_fill(null::text, array[cardinality(entries)]);

  -- 2. Lock orders, then refund totals, then accounts, of the entries that were taken.
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

    refusal := refusal_of(entry, amount, the_order, the_refund, debit, credit);
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
-- The application may insert orders and cancel them; it needs the right to every column, which Drizzle names in an insert. An
-- order begins neither paid nor cancelled, and ends once.
create or replace function guard_order() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' then
    if new.paid_by is not null or new.cancelled_at is not null then
      raise exception 'An order begins neither paid nor cancelled' using errcode = 'integrity_constraint_violation';
    end if;
  elsif old.cancelled_at is not null and new.cancelled_at is distinct from old.cancelled_at
     or old.paid_by is not null and new.paid_by is distinct from old.paid_by then
    raise exception 'An order ends once' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
--> statement-breakpoint
create or replace trigger orders_end_once before insert or update on orders for each row execute function guard_order();
--> statement-breakpoint
-- Cancels an order of a merchant and returns its state: cancelled (also where it was before), paid, or unknown. Waits for a
-- settle in flight. A cancelled order can never be paid.
create or replace function cancel_order_v1(of_merchant uuid, order_id uuid)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  merchant uuid;
  is_paid boolean;
  is_cancelled boolean;
begin
  perform assert_decisive();
  select o.merchant_id, o.paid_by is not null, o.cancelled_at is not null
    into merchant, is_paid, is_cancelled from orders o where o.id = order_id for no key update;
  if merchant is distinct from of_merchant then
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
-- The double entry: two rows per transfer, signed, each with its account's version and the balance after it.
create or replace view ledger_entries as
  select t.debit_account_id as account_id, t.debit_version as version, t.id as transfer_id, 'debit' as side,
         -t.amount_minor as amount_minor, t.currency, t.debit_balance_minor as balance_minor, t.created_at
    from ledger_transfers t
  union all
  select t.credit_account_id, t.credit_version, t.id, 'credit',
         t.amount_minor, t.currency, t.credit_balance_minor, t.created_at
    from ledger_transfers t;
--> statement-breakpoint
-- Opens the wallet of an owner in a currency, empty, unless it is open already. Only settling writes the balance and the
-- version.
create or replace function open_account_v1(new_id uuid, for_owner uuid, in_currency text, day_limit bigint)
returns void
language sql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
  insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor)
  values (new_id, for_owner, 'wallet', in_currency, day_limit)
  on conflict (owner_id, currency) do nothing
$$;
--> statement-breakpoint
revoke execute on function open_account_v1 from public;
--> statement-breakpoint
-- Rows that are updated: an account at every payment, an order once when it is paid, a refund total at every refund. With
-- room left on its page, the update is HOT and touches no index. Tables that are only inserted into keep the default.
alter table ledger_accounts set (fillfactor = 70);
--> statement-breakpoint
alter table orders set (fillfactor = 90);
--> statement-breakpoint
alter table refund_totals set (fillfactor = 70);
--> statement-breakpoint
-- Outcomes and transfers are written once. Grants keep the application from changing them; these triggers keep everybody
-- from it, the tables' owner included. A mistake is mended by a reversing transfer.
create or replace function refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'Rows of % are never changed or removed; mend a mistake by a reversing transfer', tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;
--> statement-breakpoint
create or replace trigger payments_append_only before update or delete on payments
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger payments_no_truncate before truncate on payments
  for each statement execute function refuse_change();
--> statement-breakpoint
create or replace trigger ledger_transfers_append_only before update or delete on ledger_transfers
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger ledger_transfers_no_truncate before truncate on ledger_transfers
  for each statement execute function refuse_change();
--> statement-breakpoint
-- ALWAYS: also in sessions with session_replication_role = replica.
alter table payments enable always trigger payments_append_only;
--> statement-breakpoint
alter table payments enable always trigger payments_no_truncate;
--> statement-breakpoint
alter table ledger_transfers enable always trigger ledger_transfers_append_only;
--> statement-breakpoint
alter table ledger_transfers enable always trigger ledger_transfers_no_truncate;
--> statement-breakpoint
-- Append-only like the transfers; the head may be updated and not deleted.
create or replace trigger ledger_seals_append_only before update or delete on ledger_seals
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger ledger_seals_no_truncate before truncate on ledger_seals
  for each statement execute function refuse_change();
--> statement-breakpoint
create or replace trigger ledger_seal_head_stays before delete on ledger_seal_head
  for each row execute function refuse_change();
--> statement-breakpoint
create or replace trigger ledger_seal_head_no_truncate before truncate on ledger_seal_head
  for each statement execute function refuse_change();
--> statement-breakpoint
alter table ledger_seals enable always trigger ledger_seals_append_only;
--> statement-breakpoint
alter table ledger_seals enable always trigger ledger_seals_no_truncate;
--> statement-breakpoint
alter table ledger_seal_head enable always trigger ledger_seal_head_stays;
--> statement-breakpoint
alter table ledger_seal_head enable always trigger ledger_seal_head_no_truncate;
--> statement-breakpoint
-- The tamper-evident journal: a sealer extends the hash chain beside the payments and never inside them.

-- The hash before the first seal is zero.
insert into ledger_seal_head (id, position, hash, sealed_below, system_identifier)
values (1, 0, decode(repeat('00', 32), 'hex'), '0', journal_server());
--> statement-breakpoint
-- What a seal covers: the time of sealing and every column of the transfer and of its payment. JSON, because it keeps
-- neighbouring fields and null apart; instants as seconds since 1970 and bytes in hex, because no setting of a session
-- (DateStyle, TimeZone, bytea_output and so on) may change it. It never changes: another form would be another function,
-- with another first field. No search_path of its own, so that Postgres can inline it; its callers
-- pin theirs.
create or replace function sealed_content_v1(sealed_at timestamptz, t ledger_transfers, p payments) returns bytea
language sql stable
as $$
  select convert_to(pg_catalog.json_build_array(
    'once journal 1', extract(epoch from sealed_at),
    t.id, t.debit_account_id, t.credit_account_id, t.amount_minor, t.currency, t.debit_balance_minor, t.debit_version,
    t.credit_balance_minor, t.credit_version, t.transaction_id, extract(epoch from t.created_at),
    p.user_id, p.id, p.kind, p.purpose_id, p.subject_id, p.status, p.decline_code, p.amount_minor, p.currency,
    p.payer_account_id, p.payee_account_id, p.note, encode(p.request_hash, 'hex'), p.renderer,
    extract(epoch from p.settled_at))::text, 'UTF8')
$$;
--> statement-breakpoint
-- Seals up to rows_max transfers and says how many. Safe on any number of servers at once.
--
-- A transaction's id says when it began, not when it committed, so none may be passed over that could still commit.
-- What is taken lies below the oldest running transaction (the horizon): all of that has ended, and what it committed
-- can be seen. A late commit keeps the horizon below itself while it runs, and is sealed afterwards.
create or replace function seal_transfers_v1(rows_max integer)
returns integer
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  here constant bigint := journal_server();
  head ledger_seal_head;
  horizon xid8;
  restored boolean;
  taken_from xid8;
  taken_below xid8;
  transfer record;
  taken integer := 0;
  sealed_now timestamptz;
begin
  perform assert_decisive();
  if rows_max is null or rows_max < 1 then
    raise exception 'A step seals one transfer or more, not %', rows_max using errcode = 'invalid_parameter_value';
  end if;

  -- Several sealers take turns here. Every later statement sees what the one before has sealed.
  select h.* into head from ledger_seal_head h where h.id = 1 for update;
  if not found then
    raise exception 'The journal has no head' using errcode = 'data_exception';
  end if;

  -- An earlier statement than the one that reads transfers, whose snapshot is therefore as new or newer: it sees all
  -- that had ended by now. A horizon newer than what is read would pass over what committed between the two.
  horizon := pg_snapshot_xmin(pg_current_snapshot());

  -- In another server's numbering an id says nothing about here. A transfer that can be seen has been committed, so all
  -- are taken once, whatever their id; what still runs has an id of this server's, at or above the horizon.
  restored := head.system_identifier <> here or head.sealed_below > pg_snapshot_xmax(pg_current_snapshot());
  taken_from := case when restored then '0' else head.sealed_below end;
  taken_below := case when restored then '18446744073709551615' else horizon end;

  sealed_now := date_trunc('milliseconds', clock_timestamp());
  for transfer in
    -- Distinct, because an id with two payments (which reconcile finds) must not stop the sealer.
    select distinct on (t.transaction_id, t.id)
           t.id, t.transaction_id, sealed_content_v1(sealed_now, t.*, p.*) as content
      from ledger_transfers t
      left join payments p on p.id = t.id
     where t.transaction_id >= taken_from and t.transaction_id < taken_below
       and not exists (select 1 from ledger_seals s where s.transfer_id = t.id)
     order by t.transaction_id, t.id, p.user_id
     limit rows_max
  loop
    taken := taken + 1;
    head.position := head.position + 1;
    head.hash := sha256(head.hash || transfer.content);
    insert into ledger_seals (position, transfer_id, hash, sealed_at)
    values (head.position, transfer.id, head.hash, sealed_now);
    if not restored then
      -- Not past it: the limit may have cut its transaction in two.
      head.sealed_below := transfer.transaction_id;
    end if;
  end loop;

  if taken < rows_max then
    head.sealed_below := horizon;
    head.system_identifier := here;
  end if;
  if taken > 0 or restored then
    update ledger_seal_head h
       set position = head.position, hash = head.hash, sealed_below = head.sealed_below,
           system_identifier = head.system_identifier
     where h.id = 1;
  end if;
  return taken;
end
$$;
--> statement-breakpoint
-- Verifies the journal and returns the first row that is wrong, or none. One snapshot: concurrent sealing does not matter.
--   altered    the transfer, its payment or the seal is not what was sealed
--   missing    the transfer or its payment is gone
--   gap        the seal of this position is gone
--   truncated  the journal and its head do not end with the same seal
--   unsealed   a transfer without a seal that claims a transaction the sealer is past, or one that has never been
create or replace function verify_seals_v1()
returns table ("position" bigint, transfer_id uuid, fault text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  with chain as (
    select s.position, s.transfer_id, s.sealed_at, s.hash,
           lag(s.position, 1, 0::bigint) over journal as position_before,
           lag(s.hash, 1, decode(repeat('00', 32), 'hex')) over journal as hash_before
      from ledger_seals s
    window journal as (order by s.position)
  ), broken as (
    select c.position, c.transfer_id, c.position_before, t.id is null or p.id is null as incomplete
      from chain c
      left join ledger_transfers t on t.id = c.transfer_id
      left join payments p on p.id = c.transfer_id
     where c.position <> c.position_before + 1
        or sha256(c.hash_before || sealed_content_v1(c.sealed_at, t.*, p.*)) <> c.hash
     order by c.position limit 1
  ), head as (
    select h.position, h.hash, h.sealed_below,
           h.system_identifier = journal_server() and h.sealed_below <= pg_snapshot_xmax(pg_current_snapshot()) as ours
      from ledger_seal_head h
  ), ends as (
    select coalesce(h.position, 0) as head_position, coalesce(h.hash, decode('', 'hex')) as head_hash,
           coalesce(l.position, 0) as last_position, coalesce(l.hash, decode(repeat('00', 32), 'hex')) as last_hash
      from (select 1) always
      left join head h on true
      left join (select s.position, s.hash from ledger_seals s order by s.position desc limit 1) l on true
  )
  -- What the chain itself shows comes first: the rest may only follow from it.
  select found.position, found.transfer_id, found.fault
    from (
      select 1 as rank,
             case when b.position > b.position_before + 1 then b.position_before + 1 else b.position end as position,
             case when b.position > b.position_before + 1 then null else b.transfer_id end as transfer_id,
             case when b.position > b.position_before + 1 then 'gap'
                  when b.incomplete then 'missing'
                  else 'altered' end as fault
        from broken b
      union all
      select 2, e.first_off, (select s.transfer_id from ledger_seals s where s.position = e.first_off), 'truncated'
        from (select e.*, case when e.head_position = e.last_position then e.last_position
                               else least(e.head_position, e.last_position) + 1 end as first_off from ends e) e
       where e.head_position <> e.last_position or e.head_hash <> e.last_hash
      union all
      (select 3, null, t.id, 'unsealed'
         from head h
         join ledger_transfers t
           on t.transaction_id < h.sealed_below
              or (t.transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
                  and t.transaction_id is distinct from pg_current_xact_id_if_assigned())
        where h.ours and not exists (select 1 from ledger_seals s where s.transfer_id = t.id)
        order by t.transaction_id, t.id limit 1)
    ) found
   order by found.rank limit 1
$$;
--> statement-breakpoint
-- Makes the next call of the sealer behave as after a restore from another server: every transfer without a seal is sealed
-- once, whatever transaction it claims, and sealing goes on in this server's numbering. A copy has the server's identifier
-- and another numbering, which cannot be detected. Only the owner may call it.
create or replace function journal_was_restored() returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform assert_decisive();
  -- No server has this identifier.
  update ledger_seal_head h set system_identifier = -1 where h.id = 1;
end
$$;
--> statement-breakpoint
revoke execute on function sealed_content_v1, seal_transfers_v1, verify_seals_v1, journal_was_restored from public;
--> statement-breakpoint
-- A client may replay one paid key for ever, and each replay is an arrival. So of one key the oldest hundred are kept; the
-- one that paid or declined is kept however many came before it, and a key has at most one of these. Best effort: two
-- servers that write at the same time do not see each other's rows, and a key may have some more.
create or replace function record_attempts_v1(batch jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  kept_per_key constant integer := 100;
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at, request_id)
  with arrivals as (
    select r.*, row_number() over (partition by r.user_id, r.key order by r.arrived_at, r.id) as place
      from jsonb_to_recordset(batch) as r(
             user_id uuid, key uuid, id uuid, channel text, verdict text, arrived_at timestamptz, request_id text)
  ), keys as (
    -- Counted no further than it matters: a key that is full costs a hundred index entries, not all there are.
    select k.user_id, k.key, (
             select count(*) from (
               select from payment_attempts p where p.user_id = k.user_id and p.key = k.key limit kept_per_key) as held
           ) as held
      from (select distinct user_id, key from arrivals) as k
  )
  select a.user_id, a.key, a.id, a.channel, a.verdict, a.arrived_at, a.request_id
    from arrivals a join keys k on k.user_id = a.user_id and k.key = a.key
   where k.held + a.place <= kept_per_key or a.verdict in ('paid', 'declined')
  on conflict do nothing;
end
$$;
--> statement-breakpoint
revoke execute on function record_attempts_v1 from public;
--> statement-breakpoint
-- One step through the arrivals older than 30 days, oldest first: looks at no more than rows_max, starting after the
-- given arrival (null: at the oldest), and deletes those whose key never became a payment, or a flood of void keys would fill
-- the disk. Arrivals of a payment stay, and so do those of an open key, for now. Returns how many it looked at, how many it
-- deleted, and the last it looked at, where the next step starts: it need not read again what stays. Safe on several servers
-- at once: all delete in the same order.
create or replace function prune_attempts_v1(after_arrival timestamptz, after_id uuid, rows_max integer)
returns table (seen integer, pruned integer, last_arrival timestamptz, last_id uuid)
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  attempt record;
begin
  perform set_config('synchronous_commit', 'off', true);
  seen := 0;
  pruned := 0;
  for attempt in
    select a.user_id, a.key, a.id, a.arrived_at
      from payment_attempts a
     where (a.arrived_at, a.id) > (
             coalesce(after_arrival, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
       and a.arrived_at < now() - interval '30 days'
     order by a.arrived_at, a.id
     limit rows_max
  loop
    seen := seen + 1;
    last_arrival := attempt.arrived_at;
    last_id := attempt.id;
    -- One statement looks at both tables: a key that is settled meanwhile is in one of them.
    delete from payment_attempts a
     where a.user_id = attempt.user_id and a.key = attempt.key and a.id = attempt.id
       and not exists (select 1 from payments p where p.user_id = attempt.user_id and p.id = attempt.key)
       and not exists (select 1 from idempotency_keys k where k.user_id = attempt.user_id and k.key = attempt.key);
    if found then
      pruned := pruned + 1;
    end if;
  end loop;
  return next;
end
$$;
--> statement-breakpoint
revoke execute on function prune_attempts_v1 from public;
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
