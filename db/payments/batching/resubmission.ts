/**
 * The entries of failed batches, which are sent singly: first come, first served, but for locks. Of those that need the same
 * lock few are sent at once, so that a lock that another session holds does not use up every connection.
 */

/**
 * One would find out whether a lock is free, but for the other lock that it needs: of two payers who pay one merchant,
 * another session may hold the first one's account, and then the second is paid meanwhile.
 */
const PER_LOCK_MAX = 2;

type Member = { readonly locks: readonly string[] };

export class ResubmissionQueue<M extends Member> {
  /** Each with whether its batch timed out on a lock. */
  readonly #waiting = new Map<M, boolean>();
  /** By lock: how many members need it, those in flight among them. */
  readonly #needed = new Map<string, number>();
  /** By lock: how many members in flight need it. */
  readonly #inFlightPerLock = new Map<string, number>();
  /** Locks that a session outside this process may hold: a batch timed out on them, and nothing of ours has got them since. */
  readonly #blocked = new Set<string>();
  #inFlight = 0;

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many are being sent. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** `isLockTimeout`: its batch timed out on a lock. */
  add(member: M, isLockTimeout: boolean): void {
    this.#waiting.set(member, isLockTimeout);
    for (const lock of member.locks) {
      this.#needed.set(lock, countOf(this.#needed, lock) + 1);
      if (isLockTimeout) this.#blocked.add(lock);
    }
  }

  /** Takes a member out that was not sent. */
  remove(member: M): void {
    if (this.#waiting.delete(member)) this.#release(member);
  }

  /** Takes those out that `may` be, whose batch timed out on a lock, and that were not sent since. */
  takeTimedOut(may: (member: M) => boolean): M[] {
    const timedOut = [...this.#waiting].flatMap(([member, isLockTimeout]) =>
      isLockTimeout && may(member) ? [member] : [],
    );
    for (const member of timedOut) this.remove(member);
    return timedOut;
  }

  /** The next to be sent, where one may be; `finish` must follow. */
  take(): M | undefined {
    for (const member of this.#waiting.keys()) {
      const isBusy = (lock: string) => countOf(this.#inFlightPerLock, lock) >= PER_LOCK_MAX;
      if (member.locks.some(isBusy)) continue;
      this.#waiting.delete(member);
      for (const lock of member.locks)
        this.#inFlightPerLock.set(lock, countOf(this.#inFlightPerLock, lock) + 1);
      this.#inFlight += 1;
      return member;
    }
    return undefined;
  }

  /** A member that `take` gave is no longer in flight. `hasLocked`: it has an answer, so it got its locks. */
  finish(member: M, hasLocked: boolean): void {
    this.#inFlight -= 1;
    for (const lock of member.locks) {
      decrement(this.#inFlightPerLock, lock);
      if (hasLocked) this.#blocked.delete(lock);
    }
    this.#release(member);
  }

  /** Whether an entry needs a blocked lock: in a batch, it would hold up all the others. */
  isBlocked({ locks }: Member): boolean {
    return locks.some((lock) => this.#blocked.has(lock));
  }

  /** Whether an entry would be sent at once if it were added: it finds out whether a blocked lock is free. */
  hasRoomFor({ locks }: Member): boolean {
    return locks.every((lock) => countOf(this.#needed, lock) < PER_LOCK_MAX);
  }

  /** A lock that no member needs any more is tried in a batch again. */
  #release(member: M): void {
    for (const lock of member.locks) if (decrement(this.#needed, lock) === 0) this.#blocked.delete(lock);
  }
}

function countOf(counts: ReadonlyMap<string, number>, lock: string): number {
  return counts.get(lock) ?? 0;
}

/** Returns the new count. */
function decrement(counts: Map<string, number>, lock: string): number {
  const count = countOf(counts, lock) - 1;
  if (count > 0) counts.set(lock, count);
  else counts.delete(lock);
  return count;
}
