/** How the journal is: what waits for its seal, since when, and why. For operators, pages and metrics; reads only. */
import type { OpenTransaction, SealingState } from "../../lib/ops/health.ts";
import { database } from "../connection/client.ts";
import { sealingStall } from "./seal.ts";

/** Enough to say that it is much; counting further would read a table that has no end. */
const COUNTED_MAX = 10_000;

/** How the journal is now. Costs some milliseconds: by indexes, and no more rows than wait. */
export async function readSealingState(): Promise<SealingState> {
  const sql = database().readingSql;
  const [stall, [row]] = await Promise.all([
    sealingStall(),
    sql<{ unsealed: number; seconds: number | null; position: string; sealedAt: string | null }[]>`
      with head as (select position, sealed_below from ledger_seal_head where id = 1),
      waiting as (
        select t.created_at from ledger_transfers t
         where t.transaction_id >= (select sealed_below from head)
           and not exists (select from ledger_seals s where s.transfer_id = t.id)
         order by t.transaction_id limit ${COUNTED_MAX})
      select (select count(*)::int from waiting) as unsealed,
             (select extract(epoch from clock_timestamp() - min(created_at))::float8 from waiting) as seconds,
             (select position::text from head) as position,
             (select s.sealed_at from ledger_seals s order by s.position desc limit 1) as sealed_at`,
  ]);
  return {
    ...(stall && { stall }),
    unsealed: row?.unsealed ?? 0,
    // A payment may be stamped a moment ahead of a clock that is read later on another processor.
    oldestSeconds: Math.max(0, row?.seconds ?? 0),
    position: row?.position ?? "0",
    ...(row?.sealedAt && { lastSealedAt: new Date(row.sealedAt) }),
    holders: stall?.type === "held-up" ? await oldestTransactions() : [],
  };
}

/** What an operator needs in order to end what is in the way. Who holds a transaction is told to every role by its lock. */
async function oldestTransactions(): Promise<OpenTransaction[]> {
  const rows = await database().readingSql<
    { pid: number | null; gid: string | null; name: string; role: string; seconds: number | null }[]
  >`
    select l.pid, x.gid, coalesce(a.datname, x.database)::text as name, coalesce(a.usename, x.owner)::text as role,
           extract(epoch from clock_timestamp() - coalesce(a.xact_start, x.prepared))::float8 as seconds
      from pg_locks l
      left join pg_stat_activity a on a.pid = l.pid
      left join pg_prepared_xacts x on x.transaction = l.transactionid
     where l.locktype = 'transactionid' and l.granted and l.mode = 'ExclusiveLock'
       and (a.pid is not null or x.gid is not null)
     order by age(l.transactionid) desc limit 3`;
  return rows.map(({ pid, gid, name, role, seconds }) => ({
    ...(pid !== null && { pid }),
    ...(gid !== null && { preparedName: gid }),
    database: name,
    role,
    ...(seconds !== null && { seconds }),
  }));
}
