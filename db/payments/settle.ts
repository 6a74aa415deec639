/** The one write path for money: every payment goes through `settle`, which gathers them into batches. */
import { DEADLINE_MS } from "../execution/deadline.ts";
import { errorCode } from "../execution/error-code.ts";
import { noteAsker, traced, tracedBatch } from "../execution/tracing.ts";
import { Batcher } from "./batching/batcher.ts";
import { tellObservers } from "./observation.ts";
import { sendBatch, sendSingly } from "./settle-statement.ts";
import type { Settlement, SettlementEntry } from "./settlement.ts";

const LIMITS = {
  /** A statement of this many takes ten milliseconds or so; larger ones gain nothing, and hold their locks longer. */
  batchMax: 128,
  /**
   * The database works on one while the answers of the other are told; and where one waits for a stranger's lock, or its
   * connection has died, the other goes on. Under load, more would only wait for the first one's locks.
   */
  inFlightMax: 2,
  /** Some seconds of work at full rate: what would wait longer is better rejected at once. */
  queueMax: 10_000,
  /** Half of the pool, so that entries which wait for another session's lock leave connections for the others. */
  resubmissionsMax: 4,
} as const;

/** SQLSTATE of `lock_timeout`. */
const LOCK_NOT_AVAILABLE = "55P03";

// On globalThis, because development reloads modules, and routes may be bundled apart; the queue is one.
const slot = globalThis as typeof globalThis & {
  onceBatcher?: Batcher<SettlementEntry, Settlement>;
  onceBatches?: { sent: number; entries: number; failed: number };
};
/** Since the process began. */
slot.onceBatches ??= { sent: 0, entries: 0, failed: 0 };
const batches = slot.onceBatches;

function batcher(): Batcher<SettlementEntry, Settlement> {
  slot.onceBatcher ??= new Batcher<SettlementEntry, Settlement>(
    {
      identityOf: (entry) => `${entry.userId} ${entry.key} ${entry.requestHash.toString("base64")}`,
      contendsOn: ({ debitAccountId, creditAccountId }) =>
        [debitAccountId, creditAccountId].filter((id) => id !== null),
      isLockTimeout: (error) => errorCode(error) === LOCK_NOT_AVAILABLE,
      sendBatch: sendObserved,
      sendSingly: (entry, deadlineMs, failedBefore) =>
        tracedBatch("once.settle singly", [entry], () => sendSingly(entry, deadlineMs, failedBefore)),
      onBatchFailed(error, size) {
        batches.failed += 1;
        console.warn(
          `${size} payments are asked for one by one: ${errorCode(error) ?? (error instanceof Error ? error.message : typeof error)}`,
        );
      },
      asReplay: (answer) => (answer.verdict === "settled" ? { ...answer, verdict: "replayed" } : answer),
      nowMs: () => performance.now(),
      after(ms, callback) {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
      defer: setImmediate,
    },
    LIMITS,
  );
  return slot.onceBatcher;
}

/** Sends a batch, and tells who watches how it ended. */
async function sendObserved(
  entries: readonly SettlementEntry[],
  areStatementsSlow: boolean,
): Promise<Settlement[]> {
  batches.sent += 1;
  batches.entries += entries.length;
  const startedMs = performance.now();
  let failed = true;
  try {
    const settlements = await tracedBatch("once.settle batch", entries, () =>
      sendBatch(entries, areStatementsSlow),
    );
    failed = false;
    return settlements;
  } finally {
    tellObservers({ type: "batch", size: entries.length, durationMs: performance.now() - startedMs, failed });
  }
}

/**
 * Settles one entry, in a batch with others that arrive meanwhile. Executes it, or finds the outcome of its key; sent again
 * after any failure that leaves the outcome unknown, with the same key, so it executes at most once.
 *
 * Throws Unavailable where it was not sent, OutcomeUnknown (for a duplicate PaymentInProgress) past `deadlineMs`, and
 * whatever Postgres said where that is definitive (a bug of ours).
 */
export async function settle(entry: SettlementEntry, deadlineMs: number = DEADLINE_MS): Promise<Settlement> {
  const startedMs = performance.now();
  let settlement: Settlement | undefined;
  try {
    settlement = await traced("once.settle", { "once.kind": entry.kind }, async (span) => {
      noteAsker(entry);
      const answer = await batcher().submit(entry, deadlineMs);
      span.setAttribute("once.verdict", answer.verdict);
      return answer;
    });
    return settlement;
  } finally {
    const durationMs = performance.now() - startedMs;
    const payment = settlement && "payment" in settlement ? settlement.payment : undefined;
    const { kind = null, declineCode = null } = payment ?? {};
    const verdict = settlement?.verdict ?? "failed";
    tellObservers({ type: "payment", durationMs, verdict, kind, declineCode });
  }
}

/** What this process has sent in batches, and what waits now. */
export function settlingLoad() {
  return { ...batches, ...batcher().load };
}

/** Accepts no more payments, and resolves when every one that was accepted has its answer. */
export function drain(): Promise<void> {
  return batcher().drain();
}
