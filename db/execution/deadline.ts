/** Deadlines of our own: postgres.js has none, and waits for ever on a half-open connection (porsager/postgres #1089). */

/** The whole wait for an outcome, resends included; below what browsers and proxies wait for a response. */
export const DEADLINE_MS = 15_000;
/** One read, a little longer than the server's own statement_timeout. */
export const READ_DEADLINE_MS = 6_000;

/** By its code, because start-up and routes may be bundled apart, each with a class of its own. */
const DEADLINE_MISSED = "DEADLINE_MISSED";

/** No response in time: the connection, or the whole pool, may hang. */
class DeadlineMissed extends Error {
  override readonly name = "DeadlineMissed";
  readonly code = DEADLINE_MISSED;
}

/** Whether `error` is a DeadlineMissed, from whichever bundle it comes. */
export function isDeadlineMissed(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === DEADLINE_MISSED;
}

/** Starts a countdown from `ms`; each call returns what is left, at least 0. */
export function countdown(ms: number): () => number {
  const endMs = performance.now() + ms;
  return () => Math.max(0, endMs - performance.now());
}

/** Waits for `work` no longer than `ms`; past that, throws DeadlineMissed. */
export async function within<T>(ms: number, work: PromiseLike<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const missed = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineMissed(`No answer from the database within ${ms} ms.`)), ms);
  });
  try {
    return await Promise.race([work, missed]);
  } finally {
    clearTimeout(timer);
  }
}
