/** Reads that many requests make at once, made together: a statement costs far more than one more row of its answer. */
import { divided } from "./divided.ts";

/**
 * Gathers what is asked in one turn of the event loop and reads it by one call of `read`, which answers in the order of
 * what it is given. Alone, a request waits for nobody; in a rush, many share a statement. Nothing is remembered: a read
 * begins after everything that it answers was asked. Where it fails, it fails for all of them; but for what one of them
 * asked it fails for that one alone.
 */
export function together<Asked, Found>(
  read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): (one: Asked) => Promise<Found> {
  let gathering: { asked: Asked[]; found: Promise<PromiseSettledResult<Found>[]> } | undefined;

  async function readWhenGathered(asked: readonly Asked[]): Promise<PromiseSettledResult<Found>[]> {
    await new Promise((resolve) => setImmediate(resolve));
    gathering = undefined;
    return await divided(asked, read);
  }

  return async (one) => {
    if (!gathering) {
      const asked: Asked[] = [];
      gathering = { asked, found: readWhenGathered(asked) };
    }
    const at = gathering.asked.push(one) - 1;
    const own = (await gathering.found)[at];
    if (!own) throw new Error("Bug: what was asked together has no answer.");
    if (own.status === "rejected") throw own.reason;
    return own.value;
  };
}
