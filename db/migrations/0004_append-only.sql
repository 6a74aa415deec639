-- Outcomes and transfers are written once. Grants keep the application from changing them; these triggers keep everybody
-- from it, the tables' owner included. A mistake is mended by a reversing transfer.
create function refuse_change() returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception 'Rows of % are never changed or removed; mend a mistake by a reversing transfer', tg_table_name
    using errcode = 'integrity_constraint_violation';
end
$$;
--> statement-breakpoint
create trigger payments_append_only before update or delete on payments
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger payments_no_truncate before truncate on payments
  for each statement execute function refuse_change();
--> statement-breakpoint
create trigger ledger_transfers_append_only before update or delete on ledger_transfers
  for each row execute function refuse_change();
--> statement-breakpoint
create trigger ledger_transfers_no_truncate before truncate on ledger_transfers
  for each statement execute function refuse_change();
--> statement-breakpoint

-- ALWAYS: a session that replays somebody else's changes is no exception.
alter table payments enable always trigger payments_append_only;
--> statement-breakpoint
alter table payments enable always trigger payments_no_truncate;
--> statement-breakpoint
alter table ledger_transfers enable always trigger ledger_transfers_append_only;
--> statement-breakpoint
alter table ledger_transfers enable always trigger ledger_transfers_no_truncate;
