/** The one statement that moves money: this file calls `settle_payments_v1`, and nothing else does. */
import type { Sql } from "../connection/client.ts";
import { attemptOnce, untilKnown } from "../execution/until-known.ts";
import type { PaymentRow } from "./row.ts";
import type { RefusalReason, Settlement, SettlementEntry } from "./settlement.ts";

/**
 * A batch takes tens of milliseconds, and fails on a lock after half a second. One without a response for this long has
 * almost certainly a dead connection, and others must not wait behind it; its entries are then sent singly.
 */
const BATCH_DEADLINE_MS = 3_000;
/** As long as the server lets a statement run: where statements are slow, a batch may wait for locks so long. */
const SLOW_BATCH_DEADLINE_MS = 5_000;

/**
 * How long a batch waits for a lock, whatever its size: others wait behind it. Nothing waits behind an entry that is sent
 * singly, so the pool's lock_timeout applies, and its attempts together outlast the locks of a backend whose client vanished.
 * It applies to a batch as well where statements are slow, whose locks are most likely those of other batches.
 */
const BATCH_LOCK_TIMEOUT = "500ms";

type Answer = { n: number; verdict: Settlement["verdict"]; reason: RefusalReason | null } & PaymentRow;

/**
 * Settles a batch by one autocommit statement, sent once; the outcomes of its entries, in their order. A batch equals
 * its entries executed one after another, and no entry makes another fail. Where statements are slow, it waits longer for locks.
 *
 * Throws whatever failed; `failures.ts` says whether that is definitive.
 */
export async function sendBatch(
  entries: readonly SettlementEntry[],
  areStatementsSlow = false,
): Promise<Settlement[]> {
  const lockTimeout = areStatementsSlow ? null : BATCH_LOCK_TIMEOUT;
  const deadlineMs = areStatementsSlow ? SLOW_BATCH_DEADLINE_MS : BATCH_DEADLINE_MS;
  return attemptOnce("settling", (sql) => settleAll(sql, entries, lockTimeout), deadlineMs);
}

/**
 * Settles one entry whose batch failed with `failedBefore`: sent again until its outcome is known. Throws OutcomeUnknown
 * past `deadlineMs`.
 */
export async function sendSingly(
  entry: SettlementEntry,
  deadlineMs: number,
  failedBefore: unknown,
): Promise<Settlement> {
  const options = { deadlineMs, failedBefore };
  const [settlement] = await untilKnown("settling", (sql) => settleAll(sql, [entry], null), options);
  if (!settlement) throw new Error("Bug: an entry without an answer.");
  return settlement;
}

async function settleAll(
  sql: Sql,
  entries: readonly SettlementEntry[],
  lockTimeout: string | null,
): Promise<Settlement[]> {
  const answers = await statement(sql, entries, lockTimeout);
  // The driver may miscount rows (empty-rows.ts), and nobody may get the outcome of another entry.
  if (answers.length !== entries.length || answers.some(({ n }, at) => n !== at + 1))
    throw new Error("Bug: settle_payments_v1 answered other entries than it was asked.");
  return answers.map(settlementOf);
}

function statement(
  sql: Sql,
  entries: readonly SettlementEntry[],
  lockTimeout: string | null,
): PromiseLike<Answer[]> {
  const batch = entries.map((entry) => ({
    user_id: entry.userId,
    key: entry.key,
    kind: entry.kind,
    order_id: entry.orderId,
    refund_of: entry.refundOf,
    debit_account_id: entry.debitAccountId,
    credit_account_id: entry.creditAccountId,
    amount_minor: entry.amountMinor?.toString() ?? null,
    currency: entry.currency,
    note: entry.note,
    request_hash: `\\x${entry.requestHash.toString("hex")}`,
    renderer: entry.renderer,
    // Absent from what people pay by themselves.
    ...(entry.actorId !== undefined && { actor_id: entry.actorId }),
    ...(entry.adjustmentId !== undefined && { adjustment_id: entry.adjustmentId }),
  }));
  // The timeout is set for this statement alone, and first: the batch depends on the row that sets it.
  return sql<Answer[]>`
    select settled.*
      from (select set_config('lock_timeout', coalesce(${lockTimeout}, current_setting('lock_timeout')), true) as lock_timeout) waits,
           settle_payments_v1(case when waits.lock_timeout is not null then ${sql.json(batch)}::jsonb end) settled`;
}

function settlementOf({ n: _n, verdict, reason, ...payment }: Answer): Settlement {
  switch (verdict) {
    case "settled":
    case "replayed":
    case "reused":
      return { verdict, payment };
    case "refused":
      if (reason === null) throw new Error("Bug: refused without a reason.");
      return { verdict, reason };
    case "mismatch":
    case "void":
      return { verdict };
    default:
      return verdict satisfies never;
  }
}
