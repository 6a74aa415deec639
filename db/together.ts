/** Reads that many requests make at once, made together: a statement costs far more than one more row of its answer. */

/**
 * Gathers what is asked in one turn of the event loop and reads it by one call of `read`, which answers in the order of
 * what it is given. Alone, a request waits for nobody; in a rush, many share a statement. Nothing is remembered: a read
 * begins after everything that it answers was asked. Where it fails, it fails for all of them.
 */
export function together<Asked, Found>(
  read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): (one: Asked) => Promise<Found> {
  let gathering: { asked: Asked[]; found: Promise<readonly Found[]> } | undefined;

  async function readWhenGathered(asked: readonly Asked[]): Promise<readonly Found[]> {
    await new Promise((resolve) => setImmediate(resolve));
    gathering = undefined;
    const found = await read(asked);
    if (found.length !== asked.length) throw new Error("Bug: a read has other answers than were asked for.");
    return found;
  }

  return async (one) => {
    if (!gathering) {
      const asked: Asked[] = [];
      gathering = { asked, found: readWhenGathered(asked) };
    }
    const at = gathering.asked.push(one) - 1;
    return (await gathering.found)[at] as Found;
  };
}
