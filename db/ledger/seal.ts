/**
 * The sealer: puts committed transfers into the tamper-evident journal, beside the payments and never inside them. What
 * a seal is, and why none is missed, stands in db/migrations/0006_seal.sql.
 */
import { database } from "../client.ts";
import { connectAsOwner } from "../migrate.ts";

/** Some 50 ms of work: other sealers wait for it, and give up after the pool's lock timeout of two seconds. */
const TRANSFERS_PER_STATEMENT = 1_000;
/** More than a minute of payments, so that one step takes over all that a restored dump had not sealed yet. */
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
 * The first step of a process, as the owner, whose connection has no statement timeout: after a dump was restored on
 * another server, one step has to look at every transfer, which takes longer than the pools allow in a large ledger.
 */
export async function sealAtStart(ownerUrl: string): Promise<void> {
  const sql = connectAsOwner(ownerUrl);
  try {
    await sql`select seal_transfers_v1(${TRANSFERS_AT_START})`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
