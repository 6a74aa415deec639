/**
 * Payments that are on their way through this process, by whoever pays: from the moment a page asks whether it may be sent
 * until there is an answer. Two windows that are pressed in the same moment see each other here, before anything of either
 * is in the database. It serves a question alone: what is pressed on another server is seen once its arrival is recorded.
 */

/** Longer than a request may take. A press that never came after its question is forgotten. */
const PRESS_MAX_MS = 30_000;

/** When each purpose was pressed, by user; those who pressed last stand last. */
type Presses = Map<string, Map<string, number>>;

// On globalThis, because routes and actions may be bundled apart; the presses are one.
const slot = globalThis as typeof globalThis & { oncePresses?: Presses };

function presses(): Presses {
  slot.oncePresses ??= new Map();
  return slot.oncePresses;
}

/** Notes that `userId` is about to pay the order or the form instance `purposeId`. */
export function notePress(userId: string, purposeId: string): void {
  const all = presses();
  const before = Date.now() - PRESS_MAX_MS;
  for (const [user, ofUser] of all) {
    for (const [purpose, at] of ofUser) if (at < before) ofUser.delete(purpose);
    if (ofUser.size > 0) break;
    all.delete(user);
  }
  const own = all.get(userId) ?? new Map<string, number>();
  all.delete(userId);
  all.set(userId, own.set(purposeId, Date.now()));
}

/** Forgets it: it was answered, or will not be sent. */
export function forgetPress(userId: string, purposeId: string): void {
  const own = presses().get(userId);
  own?.delete(purposeId);
  if (own?.size === 0) presses().delete(userId);
}

/** What `userId` is paying at this moment, as far as this process knows. */
export function pressesOf(userId: string): string[] {
  const since = Date.now() - PRESS_MAX_MS;
  return [...(presses().get(userId) ?? [])].filter(([, at]) => at >= since).map(([purpose]) => purpose);
}
