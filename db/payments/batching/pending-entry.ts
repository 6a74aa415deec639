/** An entry without an answer yet, and all requests that wait for it: the first, and its duplicates since. */
import { OutcomeUnknown } from "../../execution/until-known.ts";

/** The first request with this key is still being executed, and this one's wait is over. */
export class PaymentInProgress extends Error {
  override readonly name = "PaymentInProgress";
  readonly code = "PAYMENT_IN_PROGRESS";
}

/** The request was not accepted, or was withdrawn before it was sent: its key is as it was. */
export class Unavailable extends Error {
  override readonly name = "Unavailable";
  readonly code = "UNAVAILABLE";
}

export type Clock = {
  nowMs(): number;
  /** Calls back after `ms`, unless what it returns is called before. */
  after(ms: number, callback: () => void): () => void;
};

/** A queued entry was never sent; one to be resubmitted may have been, and is in doubt then. */
type State = { type: "queued" } | { type: "sent" } | { type: "resubmission"; failedBefore: unknown };

type Waiter<Answer> = {
  /** The first request gets the answer itself, duplicates get it as a replay. */
  isFirst: boolean;
  cancelTimer: () => void;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

export class PendingEntry<Entry, Answer> {
  state: State = { type: "queued" };
  /** Whether a batch of it timed out on a lock, and it was put into another one since. */
  wasTakenBack = false;
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

  /** The latest deadline of its waiters. */
  get latestMs(): number {
    return this.#latestMs;
  }

  get isAbandoned(): boolean {
    return this.#waiters.size === 0;
  }

  /**
   * Waits for the answer, `deadlineMs` long. Then `onTimeout` is called and says whether the entry was withdrawn unsent:
   * that rejects with Unavailable; else it may have been executed, or may still be, and the first request gets
   * OutcomeUnknown, a duplicate PaymentInProgress.
   */
  wait(isFirst: boolean, deadlineMs: number, onTimeout: () => "unsent" | "sent"): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timeOut = () => {
        this.#waiters.delete(waiter);
        if (onTimeout() === "unsent")
          reject(new Unavailable("The payment waited too long and was not sent."));
        else if (isFirst) reject(new OutcomeUnknown("The outcome is not known yet."));
        else reject(new PaymentInProgress("The first request with this key is still being executed."));
      };
      const waiter = { isFirst, cancelTimer: this.#clock.after(deadlineMs, timeOut), resolve, reject };
      this.#waiters.add(waiter);
      this.#latestMs = Math.max(this.#latestMs, this.#clock.nowMs() + deadlineMs);
    });
  }

  /** Answers all waiters; duplicates get what `asReplay` makes of the answer. */
  answer(answer: Answer, asReplay: (answer: Answer) => Answer): void {
    for (const waiter of this.#waiters) {
      waiter.cancelTimer();
      waiter.resolve(waiter.isFirst ? answer : asReplay(answer));
    }
  }

  fail(error: unknown): void {
    for (const waiter of this.#waiters) {
      waiter.cancelTimer();
      waiter.reject(error);
    }
  }
}
