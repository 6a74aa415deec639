/** Reads that many requests make at once share a statement: a statement costs far more than one more row of its answer. */
import DataLoader from "dataloader";
import { bisectBatch } from "./bisect-batch.ts";

/**
 * Makes a `load` of the keys that are asked for in one turn of the event loop, by one call of `loadBatch`, which answers in
 * the order of its keys. Nothing is cached: a read begins after every load that it answers. Where the read fails, all its
 * loads fail; where Postgres refuses one key, that load alone.
 */
export function batchedLoad<Key, Value>(
  loadBatch: (keys: readonly Key[]) => Promise<readonly Value[]>,
): (key: Key) => Promise<Value> {
  const loader = new DataLoader<Key, Value>(
    async (keys) => {
      const results = await bisectBatch(keys, loadBatch);
      return results.map((result) => (result.status === "fulfilled" ? result.value : result.reason));
    },
    { cache: false, batchScheduleFn: setImmediate },
  );
  return (key) => loader.load(key);
}
