-- Rows that are updated in place, so to say: an account at every payment, an order once when it is paid, a refund total at
-- every refund. With room left on its page, the new version of a row stays there, and no index has to learn of it (a HOT
-- update). What is only inserted is packed full, as Postgres does by itself.
alter table ledger_accounts set (fillfactor = 70);
--> statement-breakpoint
alter table orders set (fillfactor = 90);
--> statement-breakpoint
alter table refund_totals set (fillfactor = 70);
