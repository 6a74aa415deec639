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
CREATE INDEX "payment_attempts_arrived_at" ON "payment_attempts" USING btree ("arrived_at");--> statement-breakpoint
CREATE UNIQUE INDEX "ledger_seals_transfer" ON "ledger_seals" USING btree ("transfer_id");--> statement-breakpoint
CREATE INDEX "ledger_transfers_transaction" ON "ledger_transfers" USING btree ("transaction_id");