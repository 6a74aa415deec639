-- The tamper-evident journal: a sealer extends the hash chain beside the payments and never inside them.

-- The hash before the first seal is zero.
insert into ledger_seal_head (id, position, hash, sealed_below, system_identifier)
values (1, 0, decode(repeat('00', 32), 'hex'), '0', journal_server());

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
revoke execute on function sealed_content_v1, seal_transfers_v1, verify_seals_v1, journal_was_restored from public;
