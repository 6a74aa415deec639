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
revoke execute on function keep_earlier_name from public;
create or replace trigger users_keep_earlier_name after update of name on users
  for each row execute function keep_earlier_name();
create or replace trigger earlier_names_append_only before update or delete on earlier_names
  for each row execute function refuse_change();
create or replace trigger earlier_names_no_truncate before truncate on earlier_names
  for each statement execute function refuse_change();
alter table earlier_names enable always trigger earlier_names_append_only;
alter table earlier_names enable always trigger earlier_names_no_truncate;
