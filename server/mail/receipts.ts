/**
 * Receipts by mail. A payment that was made is noted in memory, and its receipt stored about a second later, together with others: no
 * payment waits for it or fails with it. A crash in that second loses the mail, never the payment; the receipt itself stands
 * at its address.
 */
import { enqueueReceipts, type ReceiptDue } from "@/db/mail/outbox";
import { afterwards } from "@/db/payments/failures";
import { log } from "../observability/log.ts";
import { hasMail } from "./delivery.ts";
import { wakeMailWorker } from "./worker.ts";

/** Long enough that a rush shares statements, short enough that the mail is there when somebody looks. */
const FLUSH_AFTER_MS = 1_000;
const RETRY_AFTER_MS = 10_000;
/** One statement stays far below its timeout. */
const FLUSH_COUNT_MAX = 500;
/** Some megabytes, and a database that was away for some minutes of a rush. */
const CAPACITY = 20_000;
/** After some days nobody waits for a receipt any more. */
const RECEIPT_EXPIRES_SECONDS = 3 * 24 * 60 * 60;
/**
 * A replay's receipt is stored as well, since its first request may have died with its server; but not of old payments, whose
 * mail the outbox has forgotten and would send again.
 */
const REPLAYED_WITHIN_MS = 24 * 60 * 60 * 1_000;

/** The receipts that wait to be stored, each payment's once. */
export class ReceiptBuffer {
  readonly #waiting = new Map<string, ReceiptDue>();
  #dropped = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** Adds one; where there is no room it is dropped, and counted. */
  add(due: ReceiptDue): void {
    if (this.#waiting.size < CAPACITY) this.#waiting.set(due.paymentId, due);
    else this.#dropped += 1;
  }

  /** Takes the oldest, up to what one statement holds. */
  take(): ReceiptDue[] {
    const taken = [...this.#waiting.values()].slice(0, FLUSH_COUNT_MAX);
    for (const { paymentId } of taken) this.#waiting.delete(paymentId);
    return taken;
  }

  /** How many were dropped since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}

type State = {
  buffer: ReceiptBuffer;
  timer: NodeJS.Timeout | undefined;
  flushing: Promise<void> | undefined;
};

// On globalThis, because routes and actions may be bundled apart; the buffer is one.
const slot = globalThis as typeof globalThis & { onceReceipts?: State };

function state(): State {
  slot.onceReceipts ??= { buffer: new ReceiptBuffer(), timer: undefined, flushing: undefined };
  return slot.onceReceipts;
}

/** Notes that a payment was made, whose payer may get its receipt by mail. Returns at once and never throws. */
export function noteReceipt(payment: {
  id: string;
  userId: string;
  kind: string;
  status: string;
  settledAt: Date;
}): void {
  afterwards("Mailing the receipt", () => {
    const isSpent = payment.kind === "order" || payment.kind === "transfer";
    if (!isSpent || payment.status !== "succeeded" || !hasMail()) return;
    if (Date.now() - payment.settledAt.getTime() > REPLAYED_WITHIN_MS) return;
    const one = state();
    one.buffer.add({ paymentId: payment.id, userId: payment.userId });
    schedule(one, FLUSH_AFTER_MS);
  });
}

/** Stores what waits now, as far as that succeeds, and resolves when it is done. Never rejects. */
export async function flushReceipts(): Promise<void> {
  const one = state();
  await one.flushing;
  start(one);
  await one.flushing;
}

function schedule(one: State, pauseMs: number): void {
  if (one.flushing || one.buffer.size === 0) return;
  // Unref'd, so that it keeps no process alive.
  one.timer ??= setTimeout(() => start(one), pauseMs).unref();
}

function start(one: State): void {
  clearTimeout(one.timer);
  one.timer = undefined;
  if (one.flushing) return;
  one.flushing = flush(one).then((isStored) => {
    one.flushing = undefined;
    schedule(one, isStored ? FLUSH_AFTER_MS : RETRY_AFTER_MS);
  });
}

async function flush({ buffer }: State): Promise<boolean> {
  const dropped = buffer.takeDropped();
  if (dropped > 0)
    log.warn({ receipts: dropped }, "Receipts were not mailed: more were due than could be stored.");
  while (buffer.size > 0) {
    const batch = buffer.take();
    try {
      if ((await enqueueReceipts(batch, RECEIPT_EXPIRES_SECONDS)) > 0) wakeMailWorker();
    } catch {
      for (const due of batch) buffer.add(due);
      log.warn({ receipts: batch.length }, "Storing receipts to mail failed; it is tried again.");
      return false;
    }
  }
  return true;
}
