/** An entry on its way to an answer, and everybody who waits for that: whoever asked first, and whoever asked the same since. */
import { OutcomeUnknown } from "../../execution/until-known.ts";

/** The first request with this key is still being executed, and this one's wait is over. */
export class PaymentInProgress extends Error {
  override readonly name = "PaymentInProgress";
  readonly code = "PAYMENT_IN_PROGRESS";
}

/** The request was not taken up, or was taken out again before it was sent: its key is as it was. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly code = "UNAVAILABLE";
}

export type Clock = {
  nowMs(): number;
  /** Calls back after `ms`, unless what it returns is called before. */
  after(ms: number, callback: () => void): () => void;
};

/** Where an entry is: what is in the queue has done nothing yet, what failed once is in doubt. */
type Place = { type: "queue" } | { type: "statement" } | { type: "lane"; failedBefore: unknown };

type Waiter<Answer> = {
  /** Whoever asked first hears the answer itself, everybody else hears it as a replay. */
  isFirst: boolean;
  cancelTimer: () => void;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

export class Ticket<Entry, Answer> {
  place: Place = { type: "queue" };
  /** How often its batch stalled behind a statement of ours. */
  stalls = 0;
  readonly #waiters = new Set<Waiter<Answer>>();
  readonly #clock: Clock;
  #latestMs = 0;

  constructor(
    readonly entry: Entry,
    readonly identity: string,
    /** What it locks and shares with others. */
    readonly locks: readonly string[],
    clock: Clock,
  ) {
    this.#clock = clock;
  }

  /** When the last of those who wait gives up. */
  get latestMs(): number {
    return this.#latestMs;
  }

  get isAbandoned(): boolean {
    return this.#waiters.size === 0;
  }

  /**
   * One more waits, for `deadlineMs`. Then `onGivenUp` is called and says whether the entry was taken out unsent: that
   * rejects with Unavailable; else it may have been executed, or may still be, and whoever asked first is told OutcomeUnknown,
   * everybody else PaymentInProgress.
   */
  wait(isFirst: boolean, deadlineMs: number, onGivenUp: () => "unsent" | "sent"): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiters.delete(waiter);
        if (onGivenUp() === "unsent")
          reject(new Unavailable("The payment waited too long and was not sent."));
        else if (isFirst) reject(new OutcomeUnknown("The outcome is not known yet."));
        else reject(new PaymentInProgress("The first request with this key is still being executed."));
      };
      const waiter = { isFirst, cancelTimer: this.#clock.after(deadlineMs, giveUp), resolve, reject };
      this.#waiters.add(waiter);
      this.#latestMs = Math.max(this.#latestMs, this.#clock.nowMs() + deadlineMs);
    });
  }

  /** Tells all who wait: whoever asked while the entry was executed hears `replay`. */
  answer(answer: Answer, replay: (answer: Answer) => Answer): void {
    for (const waiter of this.#waiters) {
      waiter.cancelTimer();
      waiter.resolve(waiter.isFirst ? answer : replay(answer));
    }
  }

  fail(error: unknown): void {
    for (const waiter of this.#waiters) {
      waiter.cancelTimer();
      waiter.reject(error);
    }
  }
}
