/**
 * The sealer: puts committed transfers into the tamper-evident journal, beside the payments and never inside them. What
 * a seal is, and why none is missed, stands in seal.sql.
 */
import type postgres from "postgres";
import type { Stall } from "../../lib/ops/health.ts";
import { database } from "../connection/client.ts";
import { connectAsOwner } from "../setup/migrate.ts";

/** Some 50 ms of work: other sealers wait for it, and time out after two seconds (lock_timeout of the pool). */
const TRANSFERS_PER_STATEMENT = 1_000;
/** More than a minute of payments, so that one statement mostly seals all that a restored dump had not sealed yet. */
const TRANSFERS_AT_START = 10_000;

/**
 * Seals until nothing is left to take, and returns how many transfers were sealed. Transfers that an older open transaction
 * holds back are left to a later call. Safe on several servers at once, which are serialised by a lock. Uses the reading
 * pool, so that it slows neither payments nor keys.
 */
export function sealTransfers(): Promise<number> {
  return sealAll(database().readingSql, TRANSFERS_PER_STATEMENT);
}

/**
 * The same at start, as the owner, whose connection has no statement timeout: after a dump was restored on another server,
 * a statement has to look at every transfer, which takes longer than the pools allow in a large ledger.
 */
export async function sealAtStart(ownerUrl: string): Promise<number> {
  const sql = connectAsOwner(ownerUrl);
  try {
    return await sealAll(sql, TRANSFERS_AT_START);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

async function sealAll(sql: Pick<postgres.Sql, "unsafe">, rowsMax: number): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await sql.unsafe<{ sealed: number }[]>("select seal_transfers_v1($1) as sealed", [rowsMax]);
    const sealed = row?.sealed ?? 0;
    total += sealed;
    if (sealed < rowsMax) return total;
  }
}

/** Sealing follows payments by seconds; a transfer that waits for longer than this is held up. */
const STALLED_AFTER_S = 60;

/** Why transfers are without a seal that should have one; undefined where sealing keeps up. */
export async function sealingStall(): Promise<Stall | undefined> {
  const [row] = await database().readingSql<{ seconds: number | null; foreign: boolean }[]>`
    with head as (
      select sealed_below, pg_snapshot_xmax(pg_current_snapshot()) as next from ledger_seal_head where id = 1)
    select (select extract(epoch from clock_timestamp() - t.created_at)::int
              from ledger_transfers t
             where t.transaction_id >= (select sealed_below from head)
               and t.transaction_id < (select next from head)
               and not exists (select from ledger_seals s where s.transfer_id = t.id)
             order by t.transaction_id limit 1) as seconds,
           exists (select from ledger_transfers t
                    where t.transaction_id >= (select next from head)
                      and not exists (select from ledger_seals s where s.transfer_id = t.id)) as foreign`;
  if (row?.foreign) return { type: "foreign" };
  const seconds = row?.seconds ?? 0;
  return seconds > STALLED_AFTER_S ? { type: "held-up", seconds } : undefined;
}
