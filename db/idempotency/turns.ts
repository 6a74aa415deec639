/** A few at once, so that a flood of one kind of statement leaves the database's cores to the others. */
export class Turns {
  readonly #atOnce: number;
  readonly #busyMs: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  /**
   * `atOnce` have a turn. A turn ends with its work, or after `busyMs`: what takes longer waits for somebody else's lock
   * or for a standby, needs no core, and must not keep everybody waiting.
   */
  constructor({ atOnce, busyMs }: { atOnce: number; busyMs: number }) {
    this.#atOnce = atOnce;
    this.#busyMs = busyMs;
  }

  /** Does `work` when its turn comes, first come, first served. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#taken >= this.#atOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#taken += 1;
    let hasTurn = true;
    const end = () => {
      if (!hasTurn) return;
      hasTurn = false;
      const next = this.#waiting.shift();
      // The next one has this turn.
      if (next) next();
      else this.#taken -= 1;
    };
    const timer = setTimeout(end, this.#busyMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      end();
    }
  }
}
