/** The same time for every answer about an address, so that a clock does not tell whether it has an account. */
import { setTimeout as pause } from "node:timers/promises";

/**
 * Longer than whatever is done takes: hashing a password, some statements. What takes longer all the same, on a machine that
 * is busy, takes so for known and unknown addresses alike.
 */
export const ANSWER_AFTER_MS = 700;

/** Does `work`, and answers no sooner than `ANSWER_AFTER_MS`, also where it throws. */
export async function inSameTime<T>(work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.allSettled([work(), pause(ANSWER_AFTER_MS)]);
  if (result.status === "rejected") throw result.reason;
  return result.value;
}
