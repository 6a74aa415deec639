-- A client may replay one paid key for ever, and each replay is an arrival. So of one key the oldest hundred are kept; the
-- one that paid or declined is kept however many came before it, and a key has at most one of these. Best effort: two
-- servers that write at the same time do not see each other's rows, and a key may have some more.
create or replace function record_attempts_v1(batch jsonb)
returns void
language plpgsql volatile security definer
set search_path = pg_catalog, public, pg_temp
as $$
#variable_conflict use_variable
declare
  kept_per_key constant integer := 100;
begin
  perform set_config('synchronous_commit', 'off', true);
  insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at, request_id)
  with arrivals as (
    select r.*, row_number() over (partition by r.user_id, r.key order by r.arrived_at, r.id) as place
      from jsonb_to_recordset(batch) as r(
             user_id uuid, key uuid, id uuid, channel text, verdict text, arrived_at timestamptz, request_id text)
  ), keys as (
    -- Counted no further than it matters: a key that is full costs a hundred index entries, not all there are.
    select k.user_id, k.key, (
             select count(*) from (
               select from payment_attempts p where p.user_id = k.user_id and p.key = k.key limit kept_per_key) as held
           ) as held
      from (select distinct user_id, key from arrivals) as k
  )
  select a.user_id, a.key, a.id, a.channel, a.verdict, a.arrived_at, a.request_id
    from arrivals a join keys k on k.user_id = a.user_id and k.key = a.key
   where k.held + a.place <= kept_per_key or a.verdict in ('paid', 'declined')
  on conflict do nothing;
end
$$;
revoke execute on function record_attempts_v1 from public;
