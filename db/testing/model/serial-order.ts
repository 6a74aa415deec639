/**
 * Whether what several clients saw at once is right: whether there is one order of all their operations in which the
 * reference model, doing one after another, gives every answer that was given.
 *
 * The order keeps each client's own, and puts an operation that was answered before another was asked before it (so it
 * is linearizability, after Herlihy and Wing, with a whole batch as one operation). Every transfer must have the balances
 * and account versions in the model that it has in the ledger, and at the end the model's books must be the database's.
 * Nothing is assumed of how the database arrives at it. The search goes through the orders depth first; versions and
 * answers rule out nearly all of them at once.
 */
import type { Transfer } from "./books.ts";
import { type Event, replayOn, written } from "./history.ts";
import type { Model } from "./model.ts";

export type SerialOrder =
  | { found: true; order: Event[] }
  /** No order explains the history. How far the best one came, and why no client's next operation can follow. */
  | { found: false; order: Event[]; stuck: string[] };

/** Looks for the order. `start` is the books before the first operation, `end` after the last. */
export function findSerialOrder(start: Model, events: readonly Event[], end: Model): SerialOrder {
  const queues = queuesOf(events);
  const booksAtEnd = written(end);
  const deadEnds = new Set<string>();
  let best: { order: Event[]; stuck: string[] } = { order: [], stuck: [] };

  const search = (model: Model, at: readonly number[], order: Event[]): Event[] | undefined => {
    const next = queues.flatMap((queue, client) => {
      const event = queue[at[client] ?? 0];
      return event ? [{ client, event }] : [];
    });
    const stuck: string[] = [];
    if (next.length === 0) {
      if (written(model) === booksAtEnd) return order;
      stuck.push(`The books are\n${booksAtEnd}\nand should be\n${written(model)}`);
    }
    // Whoever was asked only after another was answered must wait for it.
    const soonest = Math.min(...next.map(({ event }) => event.answered));
    for (const { client, event } of next) {
      if (event.asked > soonest) continue;
      const after = model.clone();
      const expected = written(replayOn(after, event));
      if (expected !== written(event.answer) || !agrees(after, event, end.transfers)) {
        const { operation, answer } = event;
        stuck.push(`${written(operation)}\nanswered ${written(answer)}\nand should be ${expected}`);
        continue;
      }
      const position = at.map((n, other) => (other === client ? n + 1 : n));
      const state = `${position.join()} ${written(after)}`;
      if (deadEnds.has(state)) continue;
      const rest = search(after, position, [...order, event]);
      if (rest) return rest;
      deadEnds.add(state);
    }
    if (order.length >= best.order.length && stuck.length > 0) best = { order, stuck };
    return undefined;
  };

  const order = search(
    start,
    queues.map(() => 0),
    [],
  );
  return order ? { found: true, order } : { found: false, ...best };
}

/** Each client's operations, in its own order. */
function queuesOf(events: readonly Event[]): Event[][] {
  const clients = [...new Set(events.map(({ client }) => client))].sort();
  return clients.map((client) =>
    events.filter((event) => event.client === client).sort((a, b) => a.asked - b.asked),
  );
}

/** Whether the transfers that the operation made have the balances and versions that the ledger says. */
function agrees(model: Model, { operation }: Event, ledger: ReadonlyMap<string, Transfer>): boolean {
  if (operation.type !== "settle") return true;
  return operation.entries.every(({ key }) => {
    const transfer = model.transfers.get(key);
    return transfer === undefined || written(transfer) === written(ledger.get(key));
  });
}
