/** What waits to be written, in memory: bounded, and a batch that failed gets one more try. Decides; writes nothing. */
export class AttemptBuffer<T> {
  readonly #capacity: number;
  #fresh: T[] = [];
  /** Of a batch that failed once. */
  #kept: T[] = [];
  /** The batch that somebody is writing now, apart by how many tries its members have left. */
  #out: { fresh: T[]; kept: T[] } | undefined;
  #dropped = 0;

  /** Holds `capacity` items at most, those that are being written among them. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many the next batch would have. */
  get waiting(): number {
    return this.#fresh.length + this.#kept.length;
  }

  /** Adds an item; where there is no room left, drops and counts it: what came first shows how it began. */
  add(item: T): void {
    const held = this.waiting + (this.#out ? this.#out.fresh.length + this.#out.kept.length : 0);
    if (held < this.#capacity) this.#fresh.push(item);
    else this.#dropped += 1;
  }

  /** Takes all that waits as one batch, oldest first. `written` or `failed` must follow before the next. */
  take(): T[] {
    if (this.#out) throw new Error("Bug: a batch of attempts was taken while another is being written.");
    this.#out = { fresh: this.#fresh, kept: this.#kept };
    this.#fresh = [];
    this.#kept = [];
    return [...this.#out.kept, ...this.#out.fresh];
  }

  /** The batch is written. */
  written(): void {
    this.#out = undefined;
  }

  /** The batch is not written: keeps what failed for the first time, and returns how many are given up. */
  failed(): number {
    const { fresh, kept } = this.#out ?? { fresh: [], kept: [] };
    this.#out = undefined;
    this.#kept = fresh;
    return kept.length;
  }

  /** How many were dropped for want of room since this was last asked. */
  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }
}
