/**
 * The sealer: puts committed transfers into the tamper-evident journal, beside the payments and never inside them. What
 * a seal is, and why none is missed, stands in db/migrations/0006_seal.sql.
 */
import { database } from "../client.ts";
import { connectAsOwner } from "../migrate.ts";

/** Some 50 ms of work: other sealers wait for it, and give up after the pool's lock timeout of two seconds. */
const TRANSFERS_PER_STATEMENT = 1_000;
/** More than a minute of payments, so that one step mostly takes over all that a restored dump had not sealed yet. */
const TRANSFERS_AT_START = 10_000;

/**
 * Seals until nothing is left to take, and returns how many transfers were sealed. What a transaction older than theirs
 * still holds back is left to a later round. Safe on several servers at once: they take turns. Sealing is a reader's
 * business by its weight, so it uses the readers' connections and slows neither payments nor keys.
 */
export async function sealTransfers(): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await database().readingSql<
      { sealed: number }[]
    >`select seal_transfers_v1(${TRANSFERS_PER_STATEMENT}) as sealed`;
    const sealed = row?.sealed ?? 0;
    total += sealed;
    if (sealed < TRANSFERS_PER_STATEMENT) return total;
  }
}

/**
 * The first steps of a process, as the owner, whose connection has no statement timeout: after a dump was restored on
 * another server, a step has to look at every transfer, which takes longer than the pools allow in a large ledger. Seals until
 * nothing is left to take, and returns how many transfers were sealed.
 */
export async function sealAtStart(ownerUrl: string): Promise<number> {
  const sql = connectAsOwner(ownerUrl);
  try {
    let total = 0;
    for (;;) {
      const [row] = await sql<
        { sealed: number }[]
      >`select seal_transfers_v1(${TRANSFERS_AT_START}) as sealed`;
      const sealed = row?.sealed ?? 0;
      total += sealed;
      if (sealed < TRANSFERS_AT_START) return total;
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Sealing follows payments by seconds; what waits for longer than this is held up. */
const STALLED_AFTER_S = 60;

export type Stall =
  /** A transaction that began before theirs is still open, in whatever database of the server: it may yet commit. */
  | { type: "held-up"; seconds: number }
  /** A transfer claims a transaction that this server has never had. */
  | { type: "foreign" };

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
