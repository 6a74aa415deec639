/**
 * How many open keys each user has at most, as far as this process knows. Counting them reads also what was consumed lately, thousands
 * of rows where somebody's dump keeps them from being cleared away; so for whoever asks for many keys in a rush the database counts now
 * and then, and what is issued meanwhile is added here. Keys that were consumed since make the number too high, which refuses
 * nobody: before that, the database counts once more. What other processes issue is seen at the next count.
 */

/** So long a count holds: a person's next form is counted anew, a program that asks for thousands in a second once for dozens of them. */
export const COUNT_HOLDS_MS = 25;
/** More than open forms within that time. */
const USERS_MAX = 10_000;

/** `countedTo`: there may be more than so many. */
type Known = { atMost: number; countedTo: number; countedMs: number };

export class OpenKeyCounts {
  /** The least recently counted first. */
  readonly #known = new Map<string, Known>();
  readonly #usersMax: number;
  readonly #nowMs: () => number;

  constructor({ usersMax = USERS_MAX, nowMs = () => performance.now() } = {}) {
    this.#usersMax = usersMax;
    this.#nowMs = nowMs;
  }

  /**
   * Takes room for a key of `userId`, who may have `openMax`: "taken"; "full" where there is none, as far as is known; or "uncounted"
   * where the database has to count.
   */
  take(userId: string, openMax: number): "taken" | "full" | "uncounted" {
    const known = this.#known.get(userId);
    if (known === undefined || this.#nowMs() - known.countedMs >= COUNT_HOLDS_MS) return "uncounted";
    if (known.countedTo < openMax && known.atMost >= known.countedTo) return "uncounted";
    if (known.atMost >= openMax) return "full";
    known.atMost += 1;
    return "taken";
  }

  /** Gives back room that was taken for a key which was not issued. */
  giveBack(userId: string): void {
    const known = this.#known.get(userId);
    if (known) known.atMost -= 1;
  }

  /** Notes that `userId` had `keys` open keys just now, counted up to `countedTo`. */
  counted(userId: string, keys: number, countedTo: number): void {
    this.#known.delete(userId);
    this.#known.set(userId, { atMost: keys, countedTo, countedMs: this.#nowMs() });
    for (const longestAgo of this.#known.keys()) {
      if (this.#known.size <= this.#usersMax) break;
      this.#known.delete(longestAgo);
    }
  }

  /** Has the keys of `userId` counted next time. */
  forget(userId: string): void {
    this.#known.delete(userId);
  }
}
