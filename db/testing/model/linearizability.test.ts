/** The linearizability checker accepts histories that are linearizable, and no others. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { transferEntry } from "../fixtures/entries.ts";
import type { HistoryEvent } from "./history.ts";
import { checkLinearizability } from "./linearizability.ts";
import { Model } from "./model.ts";

const OPENING_MINOR = 100n;

/** Two people with money, and an open key of the first for a transfer to the second. */
function books() {
  const model = new Model();
  const person = () => ({ id: randomUUID(), handle: "", accountId: randomUUID() });
  const [payer, payee, key] = [person(), person(), randomUUID()];
  for (const { id, accountId } of [payer, payee]) {
    model.accounts.set(accountId, {
      ownerId: id,
      currency: "USD",
      balance: OPENING_MINOR,
      floor: 0n,
      version: 1n,
      closed: false,
      dayOut: 0n,
      dayLimit: null,
    });
  }
  const open = { userId: payer.id, key, kind: "transfer", purposeId: randomUUID(), subjectId: null };
  model.keys.set(`${payer.id} ${key}`, open);
  return { model, userId: payer.id, key, entries: [transferEntry(payer, payee, key, 1n)] };
}

/** Client 0 settles or reads; client 1 revokes meanwhile, and is told that the key is void. */
function history(first: Pick<HistoryEvent, "operation" | "answer">, invokedAt: number, returnedAt: number) {
  const { model, userId, key } = start;
  const events: HistoryEvent[] = [
    { client: 0, invokedAt, returnedAt, ...first },
    {
      client: 1,
      operation: { type: "revoke", userId, key },
      invokedAt: 10,
      returnedAt: 20,
      answer: { state: "void" },
    },
  ];
  const end = model.clone();
  end.revoke(userId, key);
  return { events, end };
}

const start = books();
const read = {
  operation: { type: "read", userId: start.userId, key: start.key },
  answer: { state: "open" },
} as const;
const settle = { operation: { type: "settle", entries: start.entries } } as const;

describe("a linearization of a concurrent history", () => {
  it("is found where one explains every answer, whoever began first", () => {
    const { events, end } = history(read, 11, 19);
    const linearization = checkLinearizability(start.model, events, end);
    expect(linearization).toMatchObject({ isLinearizable: true });
    expect(linearization.order.map(({ client }) => client)).toEqual([0, 1]);
  });

  it("is not found against real time: a read that began after the key was void says that it is open", () => {
    const { events, end } = history(read, 21, 22);
    expect(checkLinearizability(start.model, events, end)).toMatchObject({ isLinearizable: false });
  });

  it("is not found where a key was called void, and was paid", () => {
    const paid = start.model.clone();
    const answer = paid.settle(start.entries);
    const { events } = history({ ...settle, answer }, 11, 19);
    expect(checkLinearizability(start.model, events, paid)).toMatchObject({ isLinearizable: false });
  });

  it("is not found where the ledger has another version than the order gives, or the final books differ", () => {
    const end = start.model.clone();
    const answer = end.settle(start.entries);
    const events: HistoryEvent[] = [{ client: 0, invokedAt: 1, returnedAt: 2, ...settle, answer }];
    expect(checkLinearizability(start.model, events, end)).toMatchObject({ isLinearizable: true });
    const [transfer] = end.transfers.values();
    if (!transfer) throw new Error("Bug: the transfer is not there.");
    const otherVersion = end.clone();
    otherVersion.transfers.set(start.key, { ...transfer, debitVersion: 9n });
    expect(checkLinearizability(start.model, events, otherVersion)).toMatchObject({ isLinearizable: false });
    const otherBooks = end.clone();
    otherBooks.refunded.set(start.key, 1n);
    expect(checkLinearizability(start.model, events, otherBooks)).toMatchObject({ isLinearizable: false });
  });
});
