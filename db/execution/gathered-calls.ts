/** Calls that many requests make at once share a statement: while one is under way, the next gathers. No timer. */
import { setImmediate as nextTurn } from "node:timers/promises";
import DataLoader from "dataloader";
import pLimit from "p-limit";
import { within } from "./deadline.ts";

/**
 * Makes a call for one item of `send`, which answers many, in their order, and throws where it failed for all of them. One is under way
 * at a time, of `batchMax` items at most: an item alone is sent at the end of its turn of the event loop, others meanwhile go
 * together in the next. Each is sent after `pause`, if any, and takes whoever asks until then. What takes longer than `busyMs` waits for a lock or for a connection, and keeps nobody else waiting.
 */
export function gatheredCall<Item, Answer>(
  send: (items: readonly Item[]) => Promise<readonly Answer[]>,
  { batchMax, busyMs, pause }: { batchMax: number; busyMs: number; pause?: () => Promise<unknown> },
): (item: Item) => Promise<Answer> {
  const slot = pLimit(1);
  let sending: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<Item, Answer>(
    (items) => {
      const answers = send(items);
      sending = answers;
      return answers;
    },
    {
      cache: false,
      maxBatchSize: batchMax,
      batchScheduleFn: (dispatch) =>
        void slot(async () => {
          await nextTurn();
          await pause?.();
          dispatch();
          // How it ends is for those to hear who asked; here only the slot waits for it.
          await within(busyMs, sending).catch(() => {});
        }),
    },
  );
  return (item) => loader.load(item);
}
