/** A bounded buffer in memory of rows to write, whose failed batches are retried once. Writes nothing itself. */
export class AttemptBuffer<T> {
  readonly #capacity: number;
  #fresh: T[] = [];
  /** Of a batch that failed once. */
  #retries: T[] = [];
  /** The batch that is being written. */
  #inFlight: { fresh: T[]; retries: T[] } | undefined;
  #dropped = 0;

  /** Holds `capacity` items at most, those that are being written among them. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many the next batch would have. */
  get waiting(): number {
    return this.#fresh.length + this.#retries.length;
  }

  /** Adds an item; where the buffer is full, drops and counts it: the oldest items show how a flood began. */
  add(item: T): void {
    const held =
      this.waiting + (this.#inFlight ? this.#inFlight.fresh.length + this.#inFlight.retries.length : 0);
    if (held < this.#capacity) this.#fresh.push(item);
    else this.#dropped += 1;
  }

  /** Takes all that waits as one batch, oldest first. `written` or `failed` must follow before the next batch. */
  take(): T[] {
    if (this.#inFlight) throw new Error("Bug: a batch of attempts was taken while another is being written.");
    this.#inFlight = { fresh: this.#fresh, retries: this.#retries };
    this.#fresh = [];
    this.#retries = [];
    return [...this.#inFlight.retries, ...this.#inFlight.fresh];
  }

  /** The batch is written. */
  written(): void {
    this.#inFlight = undefined;
  }

  /** The batch is not written: keeps what failed for the first time, and returns how many are given up. */
  failed(): number {
    const { fresh, retries } = this.#inFlight ?? { fresh: [], retries: [] };
    this.#inFlight = undefined;
    this.#retries = fresh;
    return retries.length;
  }

  /** Whatever is not known to be written, oldest first. */
  held(): T[] {
    const { fresh, retries } = this.#inFlight ?? { fresh: [], retries: [] };
    return [...retries, ...fresh, ...this.#retries, ...this.#fresh];
  }

  /** How many were dropped for want of room since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
