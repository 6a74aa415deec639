/** A deadline of our own: postgres.js has none, and waits for ever on a half-open connection (porsager/postgres #1089). */

/** No answer in time: the connection, or the whole pool, may hang. */
export class DeadlineMissed extends Error {
  override readonly name = "DeadlineMissed";
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
