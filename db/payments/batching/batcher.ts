/**
 * Group commit for payments: while one batch is in flight, the next gathers. No timer: a single payment is a batch of one and
 * is sent at once; under load, a hundred share one statement and one commit. This file decides only; sending, the clock and
 * what a failure means are its ports.
 *
 * An entry is queued, sent in a batch, and answered. The entries of a batch that failed, or that timed out on a lock, are
 * resubmitted: each sent singly with the same key until its outcome is known. While nothing gets through, no batch is sent: what
 * is queued is not in doubt.
 *
 * Where statements are slow, what holds a lock is most likely another batch, ours or another server's, and dividing those behind
 * it would not help: then one batch at a time is sent, which waits longer for its locks.
 */

import { type Clock, PendingEntry, Unavailable } from "./pending-entry.ts";
import { ResubmissionQueue } from "./resubmission.ts";

export type BatcherPorts<Entry, Answer> = Clock & {
  /** Requests with the same identity (user, key and request hash) are one entry. */
  identityOf(entry: Entry): string;
  /** Sends one statement for all entries and answers each, in order. It may wait longer for locks where statements are slow. */
  sendBatch(entries: readonly Entry[], areStatementsSlow: boolean): Promise<Answer[]>;
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
  /** Batches at once, while statements are fast. */
  inFlightMax: number;
  /** Entries that wait, for a batch or to be resubmitted; one more is rejected as overload. */
  queueMax: number;
  /** Entries of failed batches that are sent singly at once. */
  resubmissionsMax: number;
};

/** A timer may fire this much before its time. */
const TIMER_EARLY_MS = 1;
/** Two of these in a row stay below the time that a batch waits for a lock while statements are fast. */
const SLOW_FROM_MS = 200;

type Batch<Entry, Answer> = readonly PendingEntry<Entry, Answer>[];

export class Batcher<Entry, Answer> {
  readonly #ports: BatcherPorts<Entry, Answer>;
  readonly #limits: BatcherLimits;
  /** Every entry that has no answer yet, by its identity. */
  readonly #pending = new Map<string, PendingEntry<Entry, Answer>>();
  #queue = new Set<PendingEntry<Entry, Answer>>();
  #batchesInFlight = 0;
  /** How long the last statement took that got through, its waits for locks included. */
  #tookMs = 0;
  readonly #resubmissions = new ResubmissionQueue<PendingEntry<Entry, Answer>>();
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

  get #areStatementsSlow(): boolean {
    return this.#tookMs >= SLOW_FROM_MS;
  }

  #sendBatches(): void {
    if (this.#lost.size > 0) return;
    // A second would spend its time waiting for the first one's locks.
    const most = this.#areStatementsSlow ? 1 : this.#limits.inFlightMax;
    while (this.#batchesInFlight < most) {
      const batch = this.#nextBatch();
      if (batch.length === 0) return;
      void this.#send(batch);
    }
  }

  /** Takes from the queue what may be sent together now. */
  #nextBatch(): Batch<Entry, Answer> {
    const batch: PendingEntry<Entry, Answer>[] = [];
    for (const pending of this.#queue) {
      if (batch.length === this.#limits.batchMax) break;
      if (this.#resubmissions.isBlocked(pending)) {
        this.#trySingly(pending);
        continue;
      }
      this.#queue.delete(pending);
      pending.state = { type: "sent" };
      batch.push(pending);
    }
    return batch;
  }

  async #send(batch: Batch<Entry, Answer>): Promise<void> {
    this.#batchesInFlight += 1;
    const entries = batch.map((pending) => pending.entry);
    const sentMs = this.#ports.nowMs();
    try {
      const answers = await this.#ports.sendBatch(entries, this.#areStatementsSlow);
      this.#tookMs = this.#ports.nowMs() - sentMs;
      for (const [at, pending] of batch.entries()) {
        const answer = answers[at];
        if (answer === undefined) throw new Error("Bug: a batch has fewer answers than entries.");
        this.#answer(pending, answer);
      }
    } catch (error) {
      this.#resubmitAll(batch, error);
    }
    this.#batchesInFlight -= 1;
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

  /** A batch has failed: one entry may be to blame for all, and no outcome is known. Each is sent singly. */
  #resubmitAll(batch: Batch<Entry, Answer>, failedBefore: unknown): void {
    const isLockTimeout = this.#ports.isLockTimeout(failedBefore);
    this.#ports.onBatchFailed(failedBefore, batch.length);
    for (const pending of batch.filter((one) => this.#pending.has(one.identity))) {
      // All its waiters may have timed out while the statement ran; the next request with this key finds the outcome.
      if (pending.isAbandoned) {
        this.#close(pending);
        continue;
      }
      pending.state = { type: "resubmission", failedBefore };
      if (!isLockTimeout) this.#lost.add(pending);
      this.#resubmissions.add(pending, isLockTimeout);
    }
  }

  /**
   * Puts those whose batch timed out on a lock, and so did nothing, at the head of the queue, where they need one that `through` has just
   * got: one by one would take too long. Each once: one of them may need a lock as well that a stranger holds, and have the batch time out again.
   */
  #takeBack(through: PendingEntry<Entry, Answer>): void {
    const taken = this.#resubmissions.takeTimedOut(
      (pending) => !pending.wasTakenBack && pending.locks.some((lock) => through.locks.includes(lock)),
    );
    for (const pending of taken) {
      pending.state = { type: "queued" };
      pending.wasTakenBack = true;
    }
    this.#queue = new Set([...taken, ...this.#queue]);
  }

  #resubmit(): void {
    while (this.#resubmissions.inFlight < this.#limits.resubmissionsMax) {
      const pending = this.#resubmissions.take();
      if (!pending) return;
      if (pending.state.type !== "resubmission")
        throw new Error("Bug: an entry is resubmitted and elsewhere.");
      void this.#sendSingly(pending, pending.state.failedBefore);
    }
  }

  async #sendSingly(pending: PendingEntry<Entry, Answer>, failedBefore: unknown): Promise<void> {
    pending.state = { type: "sent" };
    const untilMs = pending.latestMs;
    const sentMs = this.#ports.nowMs();
    let hasLocked = false;
    let isResent = false;
    try {
      const remainingMs = Math.max(0, untilMs - sentMs);
      const answer = await this.#ports.sendSingly(pending.entry, remainingMs, failedBefore);
      hasLocked = true;
      this.#tookMs = this.#ports.nowMs() - sentMs;
      if (this.#areStatementsSlow) this.#takeBack(pending);
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
    this.#resubmissions.finish(pending, hasLocked);
    if (isResent) this.#resubmissions.add(pending, false);
    // Batches first: they carry many entries.
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
    for (const resolve of this.#whenDrained) resolve();
    this.#whenDrained = [];
  }
}
