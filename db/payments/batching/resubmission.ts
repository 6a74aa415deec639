/**
 * What waits to be sent singly, after its batch had failed: first come, first served, but for locks. Of those that need the
 * same lock few go at once, so that what is behind a stranger's lock does not take every place.
 */

/**
 * One would find out whether a lock is free, but for the other lock that it needs: of two payers who pay one merchant, a
 * stranger may hold the first one's account, and then the second is paid meanwhile.
 */
const AT_ONCE = 2;

type Member = { readonly locks: readonly string[] };

export class Lane<M extends Member> {
  readonly #waiting = new Set<M>();
  /** By lock: how many members need it, those that are being sent among them. */
  readonly #wanted = new Map<string, number>();
  /** By lock: how many members are being sent with it. */
  readonly #busy = new Map<string, number>();
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
      this.#wanted.set(lock, countOf(this.#wanted, lock) + 1);
      if (isStall) this.#suspect.add(lock);
    }
  }

  /** Takes a member out that was not sent. */
  leave(member: M): void {
    if (this.#waiting.delete(member)) this.#forget(member);
  }

  /** The next to be sent, where one may go that needs no lock of `taken`; `sent` must follow. */
  next(taken: ReadonlySet<string>): M | undefined {
    for (const member of this.#waiting) {
      if (member.locks.some((lock) => taken.has(lock) || countOf(this.#busy, lock) >= AT_ONCE)) continue;
      this.#waiting.delete(member);
      for (const lock of member.locks) this.#busy.set(lock, countOf(this.#busy, lock) + 1);
      this.#sending += 1;
      return member;
    }
    return undefined;
  }

  /** A member that `next` gave has been sent. `isThrough`: it has an answer, so it got its locks. */
  sent(member: M, isThrough: boolean): void {
    this.#sending -= 1;
    for (const lock of member.locks) {
      takeOne(this.#busy, lock);
      if (isThrough) this.#suspect.delete(lock);
    }
    this.#forget(member);
  }

  /** Whether an entry needs a lock that a stranger may hold: in a batch, it would stall everybody. */
  suspects({ locks }: Member): boolean {
    return locks.some((lock) => this.#suspect.has(lock));
  }

  /** Whether an entry would be sent at once if it joined: it may find out that a suspect lock is free. */
  hasRoomFor({ locks }: Member): boolean {
    return locks.every((lock) => countOf(this.#wanted, lock) < AT_ONCE);
  }

  /** A lock that nobody here needs any more is tried in a batch again. */
  #forget(member: M): void {
    for (const lock of member.locks) if (takeOne(this.#wanted, lock) === 0) this.#suspect.delete(lock);
  }
}

function countOf(counts: ReadonlyMap<string, number>, lock: string): number {
  return counts.get(lock) ?? 0;
}

/** How many are left. */
function takeOne(counts: Map<string, number>, lock: string): number {
  const left = countOf(counts, lock) - 1;
  if (left > 0) counts.set(lock, left);
  else counts.delete(lock);
  return left;
}
