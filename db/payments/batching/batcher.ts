/**
 * Group commit for payments: while one batch is in flight, the next gathers. No timer: a single payment is a batch of one and
 * is sent at once; under load, a hundred share one statement and one commit. This file decides only; sending, the clock and
 * what a failure means are its ports.
 *
 * An entry is queued, sent in a batch, and answered. The entries of a batch that failed, or that timed out on a lock which a
 * session outside Once holds, are resubmitted: each sent singly with the same key until its outcome is known. A batch that
 * timed out on a lock of another statement of ours, because commits are slow, is queued again. While nothing gets through,
 * no batch is sent: what is queued is not in doubt.
 */

import { LockContention } from "./lock-contention.ts";
import { type Clock, PendingEntry, Unavailable } from "./pending-entry.ts";
import { ResubmissionQueue } from "./resubmission.ts";

export type BatcherPorts<Entry, Answer> = Clock & {
  /** Requests with the same identity (user, key and request hash) are one entry. */
  identityOf(entry: Entry): string;
  /** Sends one statement for all entries and answers each, in order. */
  sendBatch(entries: readonly Entry[]): Promise<Answer[]>;
  /** What the entry locks and shares with others: accounts. */
  contendsOn(entry: Entry): readonly string[];
  /** Whether a batch did nothing, because it timed out on a lock that one of its entries needs. */
  isLockTimeout(error: unknown): boolean;
  /**
   * Sends one entry until its outcome is known, or `deadlineMs` is over. `failedBefore` is what its batch failed with,
   * where it has been in one.
   */
  sendSingly(entry: Entry, deadlineMs: number, failedBefore: unknown): Promise<Answer>;
  /** Called when a batch has failed, before its entries are sent singly. */
  onBatchFailed(error: unknown, size: number): void;
  /** The answer to a duplicate that came while the entry was executed: the same outcome, as a replay. */
  asReplay(answer: Answer): Answer;
  /** Calls back at the end of this turn of the event loop, when all requests that have arrived by now are submitted. */
  defer(callback: () => void): void;
};

export type BatcherLimits = {
  /** Entries in one statement. */
  batchMax: number;
  /** Statements at once. */
  inFlightMax: number;
  /** Entries that wait, for a batch or to be resubmitted; one more is rejected as overload. */
  queueMax: number;
  /** Entries of failed batches that are sent singly at once. */
  resubmissionsMax: number;
};

/** A timer may fire this much before its time. */
const TIMER_EARLY_MS = 1;
/** How often a batch is queued again for contention of our own; after that, a session outside Once is assumed to hold the lock. */
const CONTENTION_RETRIES_MAX = 2;

type Batch<Entry, Answer> = readonly PendingEntry<Entry, Answer>[];

export class Batcher<Entry, Answer> {
  readonly #ports: BatcherPorts<Entry, Answer>;
  readonly #limits: BatcherLimits;
  /** Every entry that has no answer yet, by its identity. */
  readonly #pending = new Map<string, PendingEntry<Entry, Answer>>();
  #queue = new Set<PendingEntry<Entry, Answer>>();
  #batchesInFlight = 0;
  readonly #resubmissions = new ResubmissionQueue<PendingEntry<Entry, Answer>>();
  readonly #contention = new LockContention();
  /** Entries of batches that were lost, until anything of ours gets through: the database may be down. */
  readonly #lost = new Set<PendingEntry<Entry, Answer>>();
  #whenDrained: (() => void)[] = [];
  #isDraining = false;
  #isPumping = false;

  constructor(ports: BatcherPorts<Entry, Answer>, limits: BatcherLimits) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /**
   * Has `entry` executed and resolves with its answer. Rejects with Unavailable where it was never sent, with
   * OutcomeUnknown or PaymentInProgress where it was and the wait is over, or with what went wrong for certain.
   */
  submit(entry: Entry, deadlineMs: number): Promise<Answer> {
    const identity = this.#ports.identityOf(entry);
    let found = this.#pending.get(identity);
    const isNew = found === undefined;
    if (!found) {
      if (this.#isDraining) return Promise.reject(new Unavailable("This server is shutting down."));
      if (this.#queue.size + this.#resubmissions.size >= this.#limits.queueMax)
        return Promise.reject(new Unavailable("Too many payments wait already."));
      found = new PendingEntry(entry, identity, this.#ports.contendsOn(entry), this.#ports);
      this.#pending.set(identity, found);
      this.#queue.add(found);
    }
    const pending = found;
    const answer = pending.wait(isNew, deadlineMs, () => this.#onTimeout(pending));
    this.#pump();
    return answer;
  }

  /** How many entries wait for a batch, how many to be sent singly, and how many batches are in flight. */
  get load(): { queued: number; resubmitting: number; batchesInFlight: number } {
    return {
      queued: this.#queue.size,
      resubmitting: this.#resubmissions.size,
      batchesInFlight: this.#batchesInFlight,
    };
  }

  /** Accepts nothing new, and resolves when everything that was accepted has its answer. */
  drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#pending.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** A waiter's deadline has passed. An entry that nobody waits for any more is not sent. */
  #onTimeout(pending: PendingEntry<Entry, Answer>): "unsent" | "sent" {
    const isWithdrawn = pending.isAbandoned && pending.state.type !== "sent";
    if (isWithdrawn) {
      this.#queue.delete(pending);
      this.#resubmissions.remove(pending);
      this.#close(pending);
    }
    this.#pump();
    return isWithdrawn && pending.state.type === "queued" ? "unsent" : "sent";
  }

  /** Sends what there is room for, once all requests of this turn of the event loop are submitted. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#ports.defer(() => {
      this.#isPumping = false;
      this.#sendBatches();
      this.#resubmit();
    });
  }

  #sendBatches(): void {
    if (this.#lost.size > 0) return;
    while (this.#batchesInFlight < this.#limits.inFlightMax) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      void this.#send(batch);
    }
  }

  /** Takes from the queue what may be sent together now. */
  #nextBatch(): Batch<Entry, Answer> {
    const batch: PendingEntry<Entry, Answer>[] = [];
    const unavailable = this.#contention.unavailable();
    for (const pending of this.#queue) {
      if (batch.length === this.#limits.batchMax) break;
      if (this.#resubmissions.isBlocked(pending)) {
        this.#trySingly(pending);
        continue;
      }
      if (pending.locks.some((lock) => unavailable.has(lock))) continue;
      this.#queue.delete(pending);
      pending.state = { type: "sent" };
      batch.push(pending);
    }
    return batch;
  }

  async #send(batch: Batch<Entry, Answer>): Promise<void> {
    this.#batchesInFlight += 1;
    const statement = this.#contention.begin(batch, this.#ports.nowMs());
    let hasLocked = false;
    try {
      const answers = await this.#ports.sendBatch(batch.map((pending) => pending.entry));
      hasLocked = true;
      for (const [at, pending] of batch.entries()) {
        const answer = answers[at];
        if (answer === undefined) throw new Error("Bug: a batch has fewer answers than entries.");
        this.#answer(pending, answer);
      }
    } catch (error) {
      const isLockTimeout = this.#ports.isLockTimeout(error);
      const mayRequeue =
        isLockTimeout && batch.every((pending) => pending.contentionRetries < CONTENTION_RETRIES_MAX);
      if (mayRequeue && this.#contention.markContended(statement)) this.#requeue(batch);
      else this.#resubmitAll(batch, error, isLockTimeout);
    }
    this.#batchesInFlight -= 1;
    this.#contention.end(statement, hasLocked, this.#ports.nowMs());
    this.#resubmit();
    this.#pump();
  }

  /** An entry that needs a blocked lock finds out, sent singly, whether it is free. */
  #trySingly(pending: PendingEntry<Entry, Answer>): void {
    if (
      this.#resubmissions.inFlight >= this.#limits.resubmissionsMax ||
      !this.#resubmissions.hasRoomFor(pending)
    )
      return;
    this.#queue.delete(pending);
    pending.state = { type: "resubmission", failedBefore: undefined };
    this.#resubmissions.add(pending, false);
    this.#resubmit();
  }

  /** Puts a batch that did nothing at the head of the queue. */
  #requeue(batch: Batch<Entry, Answer>): void {
    const waitedFor = batch.filter((pending) => !this.#closeIfAbandoned(pending));
    for (const pending of waitedFor) {
      pending.state = { type: "queued" };
      pending.contentionRetries += 1;
    }
    this.#queue = new Set([...waitedFor, ...this.#queue]);
  }

  /** A batch has failed: one entry may be to blame for all, and no outcome is known. Each is sent singly. */
  #resubmitAll(batch: Batch<Entry, Answer>, failedBefore: unknown, isLockTimeout: boolean): void {
    this.#ports.onBatchFailed(failedBefore, batch.length);
    for (const pending of batch.filter((one) => this.#pending.has(one.identity))) {
      if (this.#closeIfAbandoned(pending)) continue;
      pending.state = { type: "resubmission", failedBefore };
      if (!isLockTimeout) this.#lost.add(pending);
      this.#resubmissions.add(pending, isLockTimeout);
    }
  }

  /** All its waiters may have timed out while the statement ran; the next request with this key finds the outcome. */
  #closeIfAbandoned(pending: PendingEntry<Entry, Answer>): boolean {
    if (pending.isAbandoned) this.#close(pending);
    return pending.isAbandoned;
  }

  #resubmit(): void {
    while (this.#resubmissions.inFlight < this.#limits.resubmissionsMax) {
      const pending = this.#resubmissions.take(this.#contention.unavailable());
      if (!pending) return;
      if (pending.state.type !== "resubmission")
        throw new Error("Bug: an entry is resubmitted and elsewhere.");
      void this.#sendSingly(pending, pending.state.failedBefore);
    }
  }

  async #sendSingly(pending: PendingEntry<Entry, Answer>, failedBefore: unknown): Promise<void> {
    pending.state = { type: "sent" };
    const untilMs = pending.latestMs;
    const statement = this.#contention.begin([pending], this.#ports.nowMs());
    let hasLocked = false;
    let isResent = false;
    try {
      const remainingMs = Math.max(0, untilMs - this.#ports.nowMs());
      const answer = await this.#ports.sendSingly(pending.entry, remainingMs, failedBefore);
      hasLocked = true;
      this.#answer(pending, answer);
    } catch (error) {
      // It failed because its deadline was over; a duplicate that came meanwhile has time left.
      const isTimeOver = this.#ports.nowMs() >= untilMs - TIMER_EARLY_MS;
      isResent = isTimeOver && pending.latestMs > untilMs && !pending.isAbandoned;
      if (isResent) pending.state = { type: "resubmission", failedBefore: error };
      else {
        pending.fail(error);
        this.#close(pending);
      }
    }
    this.#contention.end(statement, hasLocked, this.#ports.nowMs());
    this.#resubmissions.finish(pending, hasLocked);
    if (isResent) this.#resubmissions.add(pending, false);
    // Batches first: they carry many entries, and have waited for a contended lock as long.
    this.#pump();
  }

  #answer(pending: PendingEntry<Entry, Answer>, answer: Answer): void {
    this.#lost.clear();
    pending.answer(answer, (first) => this.#ports.asReplay(first));
    this.#close(pending);
  }

  /** Forgets the entry; the next request with its identity is a new one. */
  #close(pending: PendingEntry<Entry, Answer>): void {
    this.#pending.delete(pending.identity);
    this.#lost.delete(pending);
    if (this.#pending.size > 0) return;
    this.#contention.clear();
    for (const resolve of this.#whenDrained) resolve();
    this.#whenDrained = [];
  }
}
