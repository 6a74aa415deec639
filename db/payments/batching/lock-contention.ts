/**
 * Contention between our own statements. Statements in flight wait for each other's locks; where commits are slow, that can
 * take longer than `lock_timeout`. A lock on which it did is contended: statements that need it are sent one at a time, until
 * one of them is fast again.
 */

/** Two of these in a row stay below the lock timeout of a batch (half a second). */
const FAST_BELOW_MS = 200;

type Member = { readonly locks: readonly string[] };

/** A statement in flight, for one entry or for many. */
export type Statement = { readonly members: readonly Member[]; readonly sentMs: number };

export class LockContention {
  readonly #inFlight = new Set<Statement>();
  readonly #contended = new Set<string>();

  begin(members: readonly Member[], nowMs: number): Statement {
    const statement = { members, sentMs: nowMs };
    this.#inFlight.add(statement);
    return statement;
  }

  /** `hasLocked`: it got its locks. */
  end(statement: Statement, hasLocked: boolean, nowMs: number): void {
    this.#inFlight.delete(statement);
    if (!hasLocked || nowMs - statement.sentMs >= FAST_BELOW_MS || this.#contended.size === 0) return;
    for (const lock of locksOf(statement)) this.#contended.delete(lock);
  }

  /**
   * Whether another statement of ours may have held what `statement` timed out on: whichever was sent first, for Postgres
   * does not hand locks over in order. The locks that both need are contended from now on.
   */
  markContended(statement: Statement): boolean {
    const wanted = new Set(locksOf(statement));
    const shared = [...this.#inFlight]
      .filter((other) => other !== statement)
      .flatMap((other) => [...locksOf(other)].filter((lock) => wanted.has(lock)));
    for (const lock of shared) this.#contended.add(lock);
    return shared.length > 0;
  }

  /** The contended locks that a statement in flight needs: no other is to be sent that needs them. */
  unavailable(): ReadonlySet<string> {
    if (this.#contended.size === 0) return this.#contended;
    const needed = [...this.#inFlight].flatMap((statement) => [...locksOf(statement)]);
    return new Set(needed.filter((lock) => this.#contended.has(lock)));
  }

  /** Nothing is pending: whether commits are slow is found out again. */
  clear(): void {
    this.#contended.clear();
  }
}

function* locksOf({ members }: Statement): Generator<string> {
  for (const { locks } of members) yield* locks;
}
