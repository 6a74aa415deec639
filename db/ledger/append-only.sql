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
create or replace trigger payments_append_only before update or delete on payments
  for each row execute function refuse_change();
create or replace trigger payments_no_truncate before truncate on payments
  for each statement execute function refuse_change();
create or replace trigger ledger_transfers_append_only before update or delete on ledger_transfers
  for each row execute function refuse_change();
create or replace trigger ledger_transfers_no_truncate before truncate on ledger_transfers
  for each statement execute function refuse_change();

-- ALWAYS: also in sessions with session_replication_role = replica.
alter table payments enable always trigger payments_append_only;
alter table payments enable always trigger payments_no_truncate;
alter table ledger_transfers enable always trigger ledger_transfers_append_only;
alter table ledger_transfers enable always trigger ledger_transfers_no_truncate;

-- The audit log: what an operator did is never altered.
create or replace trigger audit_log_append_only before update or delete on audit_log
  for each row execute function refuse_change();
create or replace trigger audit_log_no_truncate before truncate on audit_log
  for each statement execute function refuse_change();
alter table audit_log enable always trigger audit_log_append_only;
alter table audit_log enable always trigger audit_log_no_truncate;

-- Append-only like the transfers; the head may be updated and not deleted.
create or replace trigger ledger_seals_append_only before update or delete on ledger_seals
  for each row execute function refuse_change();
create or replace trigger ledger_seals_no_truncate before truncate on ledger_seals
  for each statement execute function refuse_change();
create or replace trigger ledger_seal_head_stays before delete on ledger_seal_head
  for each row execute function refuse_change();
create or replace trigger ledger_seal_head_no_truncate before truncate on ledger_seal_head
  for each statement execute function refuse_change();
alter table ledger_seals enable always trigger ledger_seals_append_only;
alter table ledger_seals enable always trigger ledger_seals_no_truncate;
alter table ledger_seal_head enable always trigger ledger_seal_head_stays;
alter table ledger_seal_head enable always trigger ledger_seal_head_no_truncate;

-- Who asked for what, and how it ended: updated once by its end, and never removed.
create or replace trigger ledger_adjustments_stay before delete on ledger_adjustments
  for each row execute function refuse_change();
create or replace trigger ledger_adjustments_no_truncate before truncate on ledger_adjustments
  for each statement execute function refuse_change();
alter table ledger_adjustments enable always trigger ledger_adjustments_end_once;
alter table ledger_adjustments enable always trigger ledger_adjustments_stay;
alter table ledger_adjustments enable always trigger ledger_adjustments_no_truncate;
