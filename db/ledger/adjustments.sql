-- Corrections by hand. One operator asks for a movement between two accounts, another approves it; what approving does is settled
-- as everything that moves money is (db/payments/settle.sql), refusing and withdrawing stand here. A request ends once.

-- A request never changes but for its end, and that once.
create or replace function guard_adjustment() returns trigger
language plpgsql
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  if tg_op = 'INSERT' then
    if new.state <> 'pending' then
      raise exception 'An adjustment begins with being asked for' using errcode = 'integrity_constraint_violation';
    end if;
  elsif old.state <> 'pending' or new.state = 'pending'
     or (new.id, new.asked_by, new.debit_account_id, new.credit_account_id, new.amount_minor, new.currency, new.reason, new.asked_at)
        is distinct from
        (old.id, old.asked_by, old.debit_account_id, old.credit_account_id, old.amount_minor, old.currency, old.reason, old.asked_at)
  then
    raise exception 'An adjustment ends once, and nothing else of it changes' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end
$$;
create or replace trigger ledger_adjustments_end_once before insert or update on ledger_adjustments
  for each row execute function guard_adjustment();

-- Asks for `amount` to be moved from one account to another, under the id that the form made. Returns
--   done            and written to the audit log, under the request's own id
--   unchanged       this very request is there already
--   reused          the id belongs to another request
--   not_operator    `actor` is no operator, or is frozen
--   unknown_account, same_account, own_account, account_closed, currency_mismatch
create or replace function request_adjustment_v1(
  actor uuid, new_id uuid, debit_account uuid, credit_account uuid, amount bigint, in_currency text, why text
)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  found_one ledger_adjustments.id%type;
  is_same boolean;
  debit_owner uuid; debit_currency text; debit_closed boolean;
  credit_owner uuid; credit_currency text; credit_closed boolean;
begin
  perform assert_decisive();
  -- Rows of the audit log that tell of payments bear their ids, which are keys: of version 7.
  if substr(new_id::text, 15, 1) <> '4' then
    raise exception 'The id of an adjustment is a UUID of version 4' using errcode = 'invalid_parameter_value';
  end if;
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  select a.id,
         (a.asked_by, a.debit_account_id, a.credit_account_id, a.amount_minor, a.currency, a.reason)
         is not distinct from (actor, debit_account, credit_account, amount, in_currency, why)
    into found_one, is_same from ledger_adjustments a where a.id = new_id;
  if found then
    perform wait_for_standbys();
    return case when is_same then 'unchanged' else 'reused' end;
  end if;
  if debit_account = credit_account then
    return 'same_account';
  end if;
  select a.owner_id, a.currency, a.closed_at is not null into debit_owner, debit_currency, debit_closed
    from ledger_accounts a where a.id = debit_account;
  if not found then
    return 'unknown_account';
  end if;
  select a.owner_id, a.currency, a.closed_at is not null into credit_owner, credit_currency, credit_closed
    from ledger_accounts a where a.id = credit_account;
  if not found then
    return 'unknown_account';
  end if;
  if actor in (debit_owner, credit_owner) then
    return 'own_account';
  end if;
  if in_currency <> debit_currency or in_currency <> credit_currency then
    return 'currency_mismatch';
  end if;
  if debit_closed or credit_closed then
    return 'account_closed';
  end if;
  insert into ledger_adjustments (id, asked_by, debit_account_id, credit_account_id, amount_minor, currency, reason, state, asked_at)
  values (new_id, actor, debit_account, credit_account, amount, in_currency, why, 'pending',
          date_trunc('milliseconds', clock_timestamp()))
  on conflict (id) do nothing;
  if not found then
    -- Sent twice at once: asked again, the other is seen.
    return 'again';
  end if;
  perform write_audit(
    new_id, actor, 'adjustment-ask', 'adjustment', new_id::text, why, null,
    jsonb_build_object('debitAccountId', debit_account, 'creditAccountId', credit_account, 'amountMinor', amount::text,
                       'currency', in_currency));
  return 'done';
end
$$;

-- Ends a request without moving anything: another operator refuses it, or who asked withdraws it. Waits for an approval that is
-- under way. Returns
--   done            and written to the audit log
--   unchanged       it ended so already, by the same operator
--   decided         it ended otherwise
--   not_operator, unknown_request
--   self            who asked does not refuse but withdraws, and nobody else withdraws
create or replace function end_adjustment_v1(actor uuid, request_id uuid, to_state text, why text)
returns text
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  asker uuid;
  state_now text;
  ender uuid;
begin
  perform assert_decisive();
  if not is_acting_operator(actor) then
    return 'not_operator';
  end if;
  if to_state not in ('refused', 'withdrawn') then
    raise exception 'Nobody ends an adjustment as %', to_state using errcode = 'invalid_parameter_value';
  end if;
  select a.asked_by, a.state, a.ended_by into asker, state_now, ender
    from ledger_adjustments a where a.id = request_id for no key update;
  if not found then
    return 'unknown_request';
  end if;
  if (to_state = 'withdrawn') <> (actor = asker) then
    return 'self';
  end if;
  if state_now <> 'pending' then
    perform wait_for_standbys();
    return case when state_now = to_state and ender = actor then 'unchanged' else 'decided' end;
  end if;
  update ledger_adjustments a
     set state = to_state, ended_by = actor, end_reason = why, ended_at = date_trunc('milliseconds', clock_timestamp())
   where a.id = request_id;
  perform write_audit(
    gen_random_uuid(), actor, case when to_state = 'refused' then 'adjustment-refuse' else 'adjustment-withdraw' end,
    'adjustment', request_id::text, why, jsonb_build_object('state', 'pending'), jsonb_build_object('state', to_state));
  return 'done';
end
$$;
revoke execute on function request_adjustment_v1, end_adjustment_v1 from public;
