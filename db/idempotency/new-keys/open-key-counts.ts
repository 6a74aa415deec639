/**
 * How many open keys each user has at most, as far as this process knows. Counting them reads also what was consumed lately, thousands
 * of rows where somebody's dump keeps them from being cleared away; so for whoever asks for many keys in a rush the database counts now
 * and then, and what is issued meanwhile is added here. Keys that were consumed since make the number too high, which refuses
 * nobody: before that, the database counts once more. What other processes issue is seen at the next count.
 */

/** So long a count holds: a person's next form is counted anew, a program that asks for thousands in a second once for dozens of them. */
export const COUNT_HOLDS_MS = 25;
/** More than open forms within that time. */
const COUNTS_MAX = 10_000;

type Known = { atMost: number; countedMs: number };

/** What is counted up to one limit says nothing of another. */
const countOf = (userId: string, openMax: number): string => `${userId} ${openMax}`;

export class OpenKeyCounts {
  /** By user and limit, the least recently counted first. */
  readonly #known = new Map<string, Known>();
  readonly #countsMax: number;
  readonly #nowMs: () => number;

  constructor({ countsMax = COUNTS_MAX, nowMs = () => performance.now() } = {}) {
    this.#countsMax = countsMax;
    this.#nowMs = nowMs;
  }

  /**
   * Takes room for a key of `userId`, who may have `openMax`. False where the database has to count: the last count holds no longer, or
   * left no room.
   */
  take(userId: string, openMax: number): boolean {
    const known = this.#known.get(countOf(userId, openMax));
    const isRoom =
      known !== undefined && this.#nowMs() - known.countedMs < COUNT_HOLDS_MS && known.atMost < openMax;
    if (isRoom) known.atMost += 1;
    return isRoom;
  }

  /** Gives back room that was taken for a key which was not issued. */
  giveBack(userId: string, openMax: number): void {
    const known = this.#known.get(countOf(userId, openMax));
    if (known) known.atMost -= 1;
  }

  /** Notes that `userId` had `keys` open keys just now, or more where that is `openMax`: a count goes no further. */
  counted(userId: string, keys: number, openMax: number): void {
    const whose = countOf(userId, openMax);
    this.#known.delete(whose);
    this.#known.set(whose, { atMost: keys, countedMs: this.#nowMs() });
    for (const longestAgo of this.#known.keys()) {
      if (this.#known.size <= this.#countsMax) break;
      this.#known.delete(longestAgo);
    }
  }

  /** Has the keys of `userId` counted next time. */
  forget(userId: string, openMax: number): void {
    this.#known.delete(countOf(userId, openMax));
  }
}
