/**
 * The locks that our own statements need. Statements overlap, and wait for each other's locks; where commits are slow, one can
 * wait for longer than it would for a stranger, and gives up. A lock on which that has happened is slow: it is for one
 * statement of ours at a time, until one that needs it is quick again.
 */

/** Two of these in a row, and what waits is still patient (a batch waits half a second for a lock). */
const QUICK_MS = 200;

type Member = { readonly locks: readonly string[] };

/** A statement that is being executed, for one entry or for many. */
export type Statement = { readonly members: readonly Member[]; readonly sentMs: number };

export class OwnLocks {
  readonly #running = new Set<Statement>();
  readonly #slow = new Set<string>();

  begin(members: readonly Member[], nowMs: number): Statement {
    const statement = { members, sentMs: nowMs };
    this.#running.add(statement);
    return statement;
  }

  /** `isThrough`: it got its locks. */
  end(statement: Statement, isThrough: boolean, nowMs: number): void {
    this.#running.delete(statement);
    if (!isThrough || nowMs - statement.sentMs >= QUICK_MS || this.#slow.size === 0) return;
    for (const lock of locksOf(statement)) this.#slow.delete(lock);
  }

  /**
   * Whether another statement of ours may hold what `statement` waited for in vain: whichever was sent first, for Postgres
   * does not hand locks over in order. The locks that both need are slow from now on.
   */
  explain(statement: Statement): boolean {
    const wanted = new Set(locksOf(statement));
    let isExplained = false;
    for (const other of this.#running) {
      if (other === statement) continue;
      for (const lock of locksOf(other)) {
        if (!wanted.has(lock)) continue;
        this.#slow.add(lock);
        isExplained = true;
      }
    }
    return isExplained;
  }

  /** The slow locks that a running statement needs: no other is to be sent that needs them. */
  taken(): ReadonlySet<string> {
    const taken = new Set<string>();
    if (this.#slow.size === 0) return taken;
    for (const statement of this.#running)
      for (const lock of locksOf(statement)) if (this.#slow.has(lock)) taken.add(lock);
    return taken;
  }

  /** Nobody pays: whether commits are slow will be seen anew. */
  forget(): void {
    this.#slow.clear();
  }
}

function* locksOf({ members }: Statement): Generator<string> {
  for (const { locks } of members) yield* locks;
}
