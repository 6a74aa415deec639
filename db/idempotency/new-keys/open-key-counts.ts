/**
 * How many open keys each user has at most, as far as this process knows. Counting them reads also what was consumed lately, thousands
 * of rows where somebody's dump keeps them from being cleared away; so the database counts now and then, and what is issued
 * meanwhile is added here. Keys that were consumed since make the number too high, which refuses nobody: before that, the
 * database counts once more. What other processes issue is seen at the next count.
 */

/** So many keys a user is issued between two counts: with several servers, as many more per server than anybody may have. */
export const ISSUED_UNCOUNTED_MAX = 100;
/** As many users open forms in some hours; for one who was forgotten, the keys are counted once more. */
const USERS_MAX = 10_000;

type Known = { atMost: number; uncountedLeft: number };

export class OpenKeyCounts {
  /** The least recently counted first. */
  readonly #known = new Map<string, Known>();
  readonly #usersMax: number;

  constructor(usersMax = USERS_MAX) {
    this.#usersMax = usersMax;
  }

  /**
   * Takes room for a key of `userId`, who may have `openMax`: "taken"; "full" where there is none, as far as is known; or "uncounted"
   * where the database has to count.
   */
  take(userId: string, openMax: number): "taken" | "full" | "uncounted" {
    const known = this.#known.get(userId);
    if (known === undefined || known.uncountedLeft === 0) return "uncounted";
    if (known.atMost >= openMax) return "full";
    known.atMost += 1;
    known.uncountedLeft -= 1;
    return "taken";
  }

  /** Gives back room that was taken for a key which was not issued. */
  giveBack(userId: string): void {
    const known = this.#known.get(userId);
    if (known) known.atMost -= 1;
  }

  /** Notes that `userId` had `keys` open keys just now. */
  counted(userId: string, keys: number): void {
    this.#known.delete(userId);
    this.#known.set(userId, { atMost: keys, uncountedLeft: ISSUED_UNCOUNTED_MAX });
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
