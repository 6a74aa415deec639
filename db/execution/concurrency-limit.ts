import { within } from "./deadline.ts";

/** A few at once, so that a flood of one kind of statement leaves the database's cores to the others. */
export class Turns {
  readonly #atOnce: number;
  readonly #busyMs: number;
  /** Those who wait, in the order in which they came: what begins each. */
  readonly #waiting = new Set<() => void>();
  #taken = 0;

  /**
   * `atOnce` have a turn. A turn ends with its work, or after `busyMs`: what takes longer waits for somebody else's lock
   * or for a standby, needs no core, and must not keep everybody waiting.
   */
  constructor({ atOnce, busyMs }: { atOnce: number; busyMs: number }) {
    this.#atOnce = atOnce;
    this.#busyMs = busyMs;
  }

  /**
   * Does `work` when its turn comes, first come, first served. Throws DeadlineMissed where that takes longer than
   * `waitMaxMs`: nothing was done, and nothing will be.
   */
  async take<T>(work: () => Promise<T>, waitMaxMs: number): Promise<T> {
    if (this.#taken >= this.#atOnce) await this.#turn(waitMaxMs);
    else this.#taken += 1;
    let hasTurn = true;
    const end = () => {
      if (!hasTurn) return;
      hasTurn = false;
      this.#passOn();
    };
    const timer = setTimeout(end, this.#busyMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      end();
    }
  }

  async #turn(waitMaxMs: number): Promise<void> {
    let begin: (() => void) | undefined;
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
      this.#waiting.add(resolve);
    });
    try {
      await within(waitMaxMs, begun);
    } catch (error) {
      // The turn may have come at the very moment at which the wait was over.
      if (begin && !this.#waiting.delete(begin)) this.#passOn();
      throw error;
    }
  }

  /** A turn has ended: the next one has it. */
  #passOn(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#taken -= 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
