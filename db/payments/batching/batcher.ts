/**
 * Group commit for payments: while one batch is in flight, the next gathers. No timer: alone, a payment is a batch of
 * one and waits for nobody; in a rush, a hundred share one statement and one commit. Decides only; sending, the clock
 * and what a failure means are given to it.
 *
 * An entry goes: queued → in a batch → settled; and from a batch that failed, or that stalled behind a stranger's lock,
 * into the lane, where it is sent singly with the same key until its outcome is known. A batch that stalled behind another
 * statement of ours, because commits are slow, goes back into the queue. While nothing gets through, no batch is sent: what
 * waits in the queue is not in doubt.
 */

import { OwnLocks } from "./lock-contention.ts";
import { type Clock, Ticket, Unavailable } from "./pending-entry.ts";
import { Lane } from "./resubmission.ts";

export type BatcherPorts<Entry, Answer> = Clock & {
  /** Requests with the same identity (user, key and request hash) are one entry. */
  identityOf(entry: Entry): string;
  /** Sends one statement for all entries and answers each, in order. */
  sendBatch(entries: readonly Entry[]): Promise<Answer[]>;
  /** What the entry locks and shares with others: accounts. */
  contendsOn(entry: Entry): readonly string[];
  /** Whether a batch did nothing, because it waited too long for a lock that one of its entries needs. */
  isLockStall(error: unknown): boolean;
  /**
   * Sends one entry until its outcome is known, or `deadlineMs` is over. `failedBefore` is what its batch failed with,
   * where it has been in one.
   */
  sendSingly(entry: Entry, deadlineMs: number, failedBefore: unknown): Promise<Answer>;
  /** Told when a batch has failed, before its entries are sent singly. */
  onBatchFailed(error: unknown, size: number): void;
  /** What whoever asked while the entry was executed is told: the same outcome, as a replay. */
  asReplay(answer: Answer): Answer;
  /** Calls back when whatever has arrived by now has been heard: at the end of this turn of the event loop. */
  soon(callback: () => void): void;
};

export type BatcherLimits = {
  /** Entries in one statement. */
  batchMax: number;
  /** Statements at once. */
  inFlightMax: number;
  /** Entries that wait, for a batch or in the lane; one more is told that we are overloaded. */
  queueMax: number;
  /** Entries of failed batches that are sent singly at once. */
  laneMax: number;
};

/** A timer may ring this much before its time. */
const TIMER_EARLY_MS = 1;
/** How often an entry's batch goes again because another one of ours explains its stall: once more is a stranger's doing. */
const EXPLAINED_MAX = 2;

type Batch<Entry, Answer> = readonly Ticket<Entry, Answer>[];

export class Batcher<Entry, Answer> {
  readonly #ports: BatcherPorts<Entry, Answer>;
  readonly #limits: BatcherLimits;
  /** Every entry that has no answer yet, wherever it is. */
  readonly #tickets = new Map<string, Ticket<Entry, Answer>>();
  #queue = new Set<Ticket<Entry, Answer>>();
  #batchesInFlight = 0;
  readonly #lane = new Lane<Ticket<Entry, Answer>>();
  readonly #ownLocks = new OwnLocks();
  /** What was in batches that were lost, as long as nothing of ours has got through since: the database may be away. */
  readonly #lost = new Set<Ticket<Entry, Answer>>();
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
    let ticket = this.#tickets.get(identity);
    const isNew = ticket === undefined;
    if (!ticket) {
      if (this.#isDraining) return Promise.reject(new Unavailable("This server is shutting down."));
      if (this.#queue.size + this.#lane.size >= this.#limits.queueMax)
        return Promise.reject(new Unavailable("Too many payments wait already."));
      ticket = new Ticket(entry, identity, this.#ports.contendsOn(entry), this.#ports);
      this.#tickets.set(identity, ticket);
      this.#queue.add(ticket);
    }
    const asked = ticket;
    const answer = asked.wait(isNew, deadlineMs, () => this.#givenUp(asked));
    this.#pump();
    return answer;
  }

  /** How many entries wait: for a batch, and in the lane to be sent singly. And how many batches are being executed. */
  get load(): { queued: number; inLane: number; batchesInFlight: number } {
    return { queued: this.#queue.size, inLane: this.#lane.size, batchesInFlight: this.#batchesInFlight };
  }

  /** Takes nothing new, and resolves when everything that was taken has its answer. */
  drain(): Promise<void> {
    this.#isDraining = true;
    if (this.#tickets.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** A waiter's deadline has passed. Whatever nobody waits for any more is not sent, if it has not been. */
  #givenUp(ticket: Ticket<Entry, Answer>): "unsent" | "sent" {
    const isTakenOut = ticket.isAbandoned && ticket.place.type !== "statement";
    if (isTakenOut) {
      this.#queue.delete(ticket);
      this.#lane.leave(ticket);
      this.#close(ticket);
    }
    this.#pump();
    return isTakenOut && ticket.place.type === "queue" ? "unsent" : "sent";
  }

  /** Sends what there is room for, once all who come in this turn of the event loop are there: payers come in crowds. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#ports.soon(() => {
      this.#isPumping = false;
      this.#sendBatches();
      this.#pumpLane();
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

  /** Takes from the queue what may go together now. */
  #nextBatch(): Batch<Entry, Answer> {
    const batch: Ticket<Entry, Answer>[] = [];
    const taken = this.#ownLocks.taken();
    for (const ticket of this.#queue) {
      if (batch.length === this.#limits.batchMax) break;
      if (this.#lane.suspects(ticket)) {
        this.#tryInLane(ticket);
        continue;
      }
      if (ticket.locks.some((lock) => taken.has(lock))) continue;
      this.#queue.delete(ticket);
      ticket.place = { type: "statement" };
      batch.push(ticket);
    }
    return batch;
  }

  async #send(batch: Batch<Entry, Answer>): Promise<void> {
    this.#batchesInFlight += 1;
    const statement = this.#ownLocks.begin(batch, this.#ports.nowMs());
    let isThrough = false;
    try {
      const answers = await this.#ports.sendBatch(batch.map((ticket) => ticket.entry));
      isThrough = true;
      for (const [at, ticket] of batch.entries()) {
        const answer = answers[at];
        if (answer === undefined) throw new Error("Bug: a batch has fewer answers than entries.");
        this.#answer(ticket, answer);
      }
    } catch (error) {
      const isStall = this.#ports.isLockStall(error);
      const mayGoAgain = isStall && batch.every((ticket) => ticket.stalls < EXPLAINED_MAX);
      if (mayGoAgain && this.#ownLocks.explain(statement)) this.#takeBack(batch);
      else this.#divide(batch, error, isStall);
    }
    this.#batchesInFlight -= 1;
    this.#ownLocks.end(statement, isThrough, this.#ports.nowMs());
    this.#pumpLane();
    this.#pump();
  }

  /** An entry that needs a suspect lock may find out, by itself, whether it is free. */
  #tryInLane(ticket: Ticket<Entry, Answer>): void {
    if (this.#lane.sending >= this.#limits.laneMax || !this.#lane.hasRoomFor(ticket)) return;
    this.#queue.delete(ticket);
    ticket.place = { type: "lane", failedBefore: undefined };
    this.#lane.join(ticket, false);
    this.#pumpLane();
  }

  /** Puts a batch that did nothing in front of all that waits. */
  #takeBack(batch: Batch<Entry, Answer>): void {
    const waitedFor = batch.filter((ticket) => !this.#closeIfAbandoned(ticket));
    for (const ticket of waitedFor) {
      ticket.place = { type: "queue" };
      ticket.stalls += 1;
    }
    this.#queue = new Set([...waitedFor, ...this.#queue]);
  }

  /** A batch has failed: one entry may be to blame for all, and nothing is known of any. Each is asked for by itself. */
  #divide(batch: Batch<Entry, Answer>, failedBefore: unknown, isStall: boolean): void {
    this.#ports.onBatchFailed(failedBefore, batch.length);
    for (const ticket of batch.filter((one) => this.#tickets.has(one.identity))) {
      if (this.#closeIfAbandoned(ticket)) continue;
      ticket.place = { type: "lane", failedBefore };
      if (!isStall) this.#lost.add(ticket);
      this.#lane.join(ticket, isStall);
    }
  }

  /** Whoever waited may have given up while the statement ran; whoever asks again with this key finds out. */
  #closeIfAbandoned(ticket: Ticket<Entry, Answer>): boolean {
    if (ticket.isAbandoned) this.#close(ticket);
    return ticket.isAbandoned;
  }

  #pumpLane(): void {
    while (this.#lane.sending < this.#limits.laneMax) {
      const ticket = this.#lane.next(this.#ownLocks.taken());
      if (!ticket) return;
      if (ticket.place.type !== "lane") throw new Error("Bug: an entry is in the lane and elsewhere.");
      void this.#sendSingly(ticket, ticket.place.failedBefore);
    }
  }

  async #sendSingly(ticket: Ticket<Entry, Answer>, failedBefore: unknown): Promise<void> {
    ticket.place = { type: "statement" };
    const untilMs = ticket.latestMs;
    const statement = this.#ownLocks.begin([ticket], this.#ports.nowMs());
    let isThrough = false;
    let isSentAgain = false;
    try {
      const remainingMs = Math.max(0, untilMs - this.#ports.nowMs());
      const answer = await this.#ports.sendSingly(ticket.entry, remainingMs, failedBefore);
      isThrough = true;
      this.#answer(ticket, answer);
    } catch (error) {
      // Whoever joined meanwhile has time left, where it failed because its own was over.
      const isTimeOver = this.#ports.nowMs() >= untilMs - TIMER_EARLY_MS;
      isSentAgain = isTimeOver && ticket.latestMs > untilMs && !ticket.isAbandoned;
      if (isSentAgain) ticket.place = { type: "lane", failedBefore: error };
      else this.#fail(ticket, error);
    }
    this.#ownLocks.end(statement, isThrough, this.#ports.nowMs());
    this.#lane.sent(ticket, isThrough);
    if (isSentAgain) this.#lane.join(ticket, false);
    // Batches first: they carry many, and have waited for a slow lock as long.
    this.#pump();
  }

  #answer(ticket: Ticket<Entry, Answer>, answer: Answer): void {
    this.#lost.clear();
    ticket.answer(answer, (first) => this.#ports.asReplay(first));
    this.#close(ticket);
  }

  #fail(ticket: Ticket<Entry, Answer>, error: unknown): void {
    ticket.fail(error);
    this.#close(ticket);
  }

  /** The entry's way ends here; the next request with its identity begins another. */
  #close(ticket: Ticket<Entry, Answer>): void {
    this.#tickets.delete(ticket.identity);
    this.#lost.delete(ticket);
    if (this.#tickets.size > 0) return;
    this.#ownLocks.forget();
    for (const resolve of this.#whenDrained) resolve();
    this.#whenDrained = [];
  }
}
