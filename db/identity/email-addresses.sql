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
revoke execute on function claim_email_address from public;

create or replace trigger users_claim_email_address before insert or update of email on users
  for each row execute function claim_email_address();
