-- Writes what one server saw in some minutes, whole: the same minute again replaces what it had said before, so a call that
-- is sent again counts nothing twice. Nobody waits for it, and its commit waits for no disk. Deletes what is older than eight
-- days, which is more than a chart shows.
create or replace function record_service_minutes_v1(of_server uuid, batch jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into service_minutes (minute, server, counts, levels)
  select m.minute, of_server, m.counts, m.levels
    from jsonb_to_recordset(batch) as m(minute timestamptz, counts jsonb, levels jsonb)
   order by m.minute
  on conflict (minute, server) do update set counts = excluded.counts, levels = excluded.levels;
  delete from service_minutes s
   where (s.minute, s.server) in (
           select old.minute, old.server from service_minutes old
            where old.minute < now() - interval '8 days'
            order by old.minute, old.server limit 500 for update skip locked);
end
$$;
revoke execute on function record_service_minutes_v1 from public;
