/**
 * A linearizability checker (after Herlihy and Wing, with a whole batch as one operation): it searches, depth first, for an
 * order of all clients' operations in which the reference model gives every answer that was given.
 *
 * The order keeps each client's own and the real-time order. Every transfer must have the balances and account versions in
 * the model that it has in the ledger, and at the end the model's books must be the database's.
 */
import type { Transfer } from "./books.ts";
import { canonicalJson, type HistoryEvent, replayOn } from "./history.ts";
import type { Model } from "./model.ts";

export type Linearization =
  | { isLinearizable: true; order: HistoryEvent[] }
  /** The longest order that explains a part of the history, and why no client's next operation can follow. */
  | { isLinearizable: false; order: HistoryEvent[]; conflicts: string[] };

/** `start` is the books before the first operation, `end` after the last. */
export function checkLinearizability(
  start: Model,
  events: readonly HistoryEvent[],
  end: Model,
): Linearization {
  const queues = queuesOf(events);
  const booksAtEnd = canonicalJson(end);
  const deadEnds = new Set<string>();
  let best: { order: HistoryEvent[]; conflicts: string[] } = { order: [], conflicts: [] };

  const search = (model: Model, at: readonly number[], order: HistoryEvent[]): HistoryEvent[] | undefined => {
    const next = queues.flatMap((queue, client) => {
      const event = queue[at[client] ?? 0];
      return event ? [{ client, event }] : [];
    });
    const conflicts: string[] = [];
    if (next.length === 0) {
      if (canonicalJson(model) === booksAtEnd) return order;
      conflicts.push(`The books are\n${booksAtEnd}\nand should be\n${canonicalJson(model)}`);
    }
    // What was invoked after another returned must come after it.
    const firstReturn = Math.min(...next.map(({ event }) => event.returnedAt));
    for (const { client, event } of next) {
      if (event.invokedAt > firstReturn) continue;
      const after = model.clone();
      const expected = canonicalJson(replayOn(after, event));
      if (expected !== canonicalJson(event.answer) || !agrees(after, event, end.transfers)) {
        const { operation, answer } = event;
        conflicts.push(
          `${canonicalJson(operation)}\nanswered ${canonicalJson(answer)}\nand should be ${expected}`,
        );
        continue;
      }
      const position = at.map((n, other) => (other === client ? n + 1 : n));
      const state = `${position.join()} ${canonicalJson(after)}`;
      if (deadEnds.has(state)) continue;
      const rest = search(after, position, [...order, event]);
      if (rest) return rest;
      deadEnds.add(state);
    }
    if (order.length >= best.order.length && conflicts.length > 0) best = { order, conflicts };
    return undefined;
  };

  const order = search(
    start,
    queues.map(() => 0),
    [],
  );
  return order ? { isLinearizable: true, order } : { isLinearizable: false, ...best };
}

/** Each client's operations, in its own order. */
function queuesOf(events: readonly HistoryEvent[]): HistoryEvent[][] {
  const clients = [...new Set(events.map(({ client }) => client))].sort();
  return clients.map((client) =>
    events.filter((event) => event.client === client).sort((a, b) => a.invokedAt - b.invokedAt),
  );
}

/** Whether the transfers that the operation made have the balances and versions that the ledger says. */
function agrees(model: Model, { operation }: HistoryEvent, ledger: ReadonlyMap<string, Transfer>): boolean {
  if (operation.type !== "settle") return true;
  return operation.entries.every(({ key }) => {
    const transfer = model.transfers.get(key);
    return transfer === undefined || canonicalJson(transfer) === canonicalJson(ledger.get(key));
  });
}
