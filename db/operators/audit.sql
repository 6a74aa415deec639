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
revoke execute on function write_audit, is_acting_operator, lock_actor_and_subject from public;
