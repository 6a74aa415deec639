/** The one write path for money: this file calls `settle_payments_v1`, and nothing else does. */
import { setTimeout as sleep } from "node:timers/promises";
import { database } from "../client.ts";
import { isDefinitive } from "./failures.ts";
import type { PaymentRow } from "./row.ts";

/** A request to pay, resolved to accounts. Null is what could not be found; settling refuses it unless it replays. */
export type SettlementEntry = {
  userId: string;
  key: string;
  kind: PaymentRow["kind"];
  orderId: string | null;
  refundOf: string | null;
  debitAccountId: string | null;
  creditAccountId: string | null;
  /** Null for a refund only: what is left of the payment, computed under the lock. */
  amountMinor: bigint | null;
  currency: string | null;
  note: string | null;
  requestHash: Buffer;
  renderer: number;
};

export type RefusalReason =
  | "malformed"
  | "amount_not_positive"
  | "payment_unknown"
  | "order_unknown"
  | "payer_unknown"
  | "payee_unknown"
  | "payee_is_payer"
  | "payer_closed"
  | "merchant_mismatch"
  | "amount_mismatch"
  | "not_your_sale"
  | "overflow";

/** What became of an entry; the verdicts are explained above `settle_payments_v1` in the migration. */
export type Settlement =
  | { verdict: "settled" | "replayed" | "reused"; payment: PaymentRow }
  | { verdict: "refused"; reason: RefusalReason }
  | { verdict: "mismatch" | "void" };

/** The outcome could not be learnt before the deadline. The payment may have been made, or may still be. */
export class OutcomeUnknown extends Error {
  override readonly name = "OutcomeUnknown";
}

/** How long a caller waits for an outcome, all attempts together; below what browsers and proxies wait for an answer. */
const DEADLINE_MS = 15_000;
/** One attempt gives up a little after the server's own statement_timeout must have ended the statement. */
const ATTEMPT_DEADLINE_MS = 6_000;
/** Enough to get over a restart or a cut connection; a longer outage is the client's to wait out. */
const ATTEMPTS_MAX = 3;
/** The first pause, doubled each time, of which a random part is taken (full jitter). */
const BACKOFF_MS = 100;

/**
 * Settles one entry. Executes it, or finds what became of its key; sent again after any failure that leaves the
 * outcome unknown, with the same key, so it executes at most once.
 *
 * Throws OutcomeUnknown past the deadline, and whatever Postgres said where that is definitive (a bug of ours).
 */
export async function settle(entry: SettlementEntry): Promise<Settlement> {
  const deadline = Date.now() + DEADLINE_MS;
  let cause: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const remaining = deadline - Date.now();
    if (remaining <= 0) break;
    try {
      const [settlement] = await settleOnce([entry], Math.min(remaining, ATTEMPT_DEADLINE_MS));
      if (!settlement) throw new Error("Bug: settle_payments_v1 answered no entry.");
      return settlement;
    } catch (error) {
      if (isDefinitive(error)) throw error;
      cause = error;
      await sleep(Math.min(Math.random() * BACKOFF_MS * 2 ** attempt, Math.max(0, deadline - Date.now())));
    }
  }
  throw new OutcomeUnknown("The outcome is not known yet.", { cause });
}

type Answer = { n: number; verdict: Settlement["verdict"]; reason: RefusalReason | null } & PaymentRow;

/** One autocommit statement for the whole batch; its answers, entry by entry. */
async function settleOnce(entries: readonly SettlementEntry[], deadlineMs: number): Promise<Settlement[]> {
  const { settling } = database();
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
  }));
  const answers = await within(
    deadlineMs,
    settling<Answer[]>`select * from settle_payments_v1(${settling.json(batch)})`,
  );
  return answers.map(({ n: _n, verdict, reason, ...payment }): Settlement => {
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
  });
}

/** Waits for `work` no longer than `ms`: postgres.js itself waits for ever on a half-open connection. */
async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const missed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer from the database within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work, missed]);
  } finally {
    clearTimeout(timer);
  }
}
