/**
 * What waits to be sent singly, after its batch had failed: first come, first served, but for locks. Entries that need the
 * same lock go one after another, so that those behind a stranger's lock keep only themselves waiting.
 */

type Member = { readonly locks: readonly string[] };

export class Lane<M extends Member> {
  readonly #waiting = new Set<M>();
  /** By lock: how many members need it, those that are being sent among them. */
  readonly #wanted = new Map<string, number>();
  /** Locks that members are being sent with. */
  readonly #busy = new Set<string>();
  /** Locks that a stranger may hold: a batch stalled in which they were needed, and nobody here has got them since. */
  readonly #suspect = new Set<string>();
  #sending = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many are being sent. */
  get sending(): number {
    return this.#sending;
  }

  /** `isStall`: its batch failed because somebody else holds a lock. */
  join(member: M, isStall: boolean): void {
    this.#waiting.add(member);
    for (const lock of member.locks) {
      this.#wanted.set(lock, (this.#wanted.get(lock) ?? 0) + 1);
      if (isStall) this.#suspect.add(lock);
    }
  }

  /** Takes a member out that was not sent. */
  leave(member: M): void {
    if (this.#waiting.delete(member)) this.#forget(member);
  }

  /** The next to be sent, where one may go; `sent` must follow. */
  next(): M | undefined {
    for (const member of this.#waiting) {
      if (member.locks.some((lock) => this.#busy.has(lock))) continue;
      this.#waiting.delete(member);
      for (const lock of member.locks) this.#busy.add(lock);
      this.#sending += 1;
      return member;
    }
    return undefined;
  }

  /** A member that `next` gave has been sent. `isThrough`: it has an answer, so it got its locks. */
  sent(member: M, isThrough: boolean): void {
    this.#sending -= 1;
    for (const lock of member.locks) {
      this.#busy.delete(lock);
      if (isThrough) this.#suspect.delete(lock);
    }
    this.#forget(member);
  }

  /** Whether an entry needs a lock that a stranger may hold: in a batch, it would stall everybody. */
  suspects({ locks }: Member): boolean {
    return locks.some((lock) => this.#suspect.has(lock));
  }

  /** A lock that nobody here needs any more is tried in a batch again. */
  #forget(member: M): void {
    for (const lock of member.locks) {
      const others = (this.#wanted.get(lock) ?? 1) - 1;
      if (others > 0) this.#wanted.set(lock, others);
      else {
        this.#wanted.delete(lock);
        this.#suspect.delete(lock);
      }
    }
  }
}
