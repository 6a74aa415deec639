-- Verifies a slice of the journal: up to rows_max seals after the given one, whose hash the caller has from the slice before
-- (position 0 has the hash zero). Returns its first fault, or none, and the last seal it read, which the next slice goes on
-- from; as verify_seals_v1 does for the whole journal, which holds a snapshot for as long as that takes.
--   altered    the transfer, its payment or the seal is not what was sealed
--   missing    the transfer or its payment is gone
--   gap        the seal of this position is gone
create or replace function verify_seals_slice_v1(after_position bigint, after_hash bytea, rows_max integer)
returns table (seals integer, last_position bigint, last_hash bytea, "position" bigint, transfer_id uuid, fault text)
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  with slice as (
    select s.position, s.transfer_id, s.sealed_at, s.hash from ledger_seals s
     where s.position > verify_seals_slice_v1.after_position
     order by s.position limit verify_seals_slice_v1.rows_max
  ), chain as (
    select s.*, lag(s.position, 1, verify_seals_slice_v1.after_position) over journal as position_before,
           lag(s.hash, 1, verify_seals_slice_v1.after_hash) over journal as hash_before
      from slice s
    window journal as (order by s.position)
  ), broken as (
    select c.position, c.transfer_id, c.position_before, t.id is null or p.id is null as incomplete
      from chain c
      left join ledger_transfers t on t.id = c.transfer_id
      left join payments p on p.id = c.transfer_id
     where c.position <> c.position_before + 1
        or sha256(c.hash_before || sealed_content_v1(c.sealed_at, t.*, p.*)) is distinct from c.hash
     order by c.position limit 1
  )
  select (select count(*)::integer from slice), last.position, last.hash,
         case when b.position > b.position_before + 1 then b.position_before + 1 else b.position end,
         case when b.position > b.position_before + 1 then null else b.transfer_id end,
         case when b.position is null then null
              when b.position > b.position_before + 1 then 'gap'
              when b.incomplete then 'missing'
              else 'altered' end
    from (select 1) always
    left join (select s.position, s.hash from slice s order by s.position desc limit 1) last on true
    left join broken b on true
$$;

-- Below which transaction all transfers are sealed; null where that goes by another server's numbering.
create or replace function journal_horizon_v1() returns xid8
language sql stable security definer
set search_path = pg_catalog, public, pg_temp
as $$
  select h.sealed_below from ledger_seal_head h
   where h.system_identifier = journal_server() and h.sealed_below <= pg_snapshot_xmax(pg_current_snapshot())
$$;
revoke execute on function verify_seals_slice_v1, journal_horizon_v1 from public;
