/** The judge of concurrent histories, judged: it finds the order where there is one, and none where there is none. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { transferEntry } from "../fixtures/entries.ts";
import type { Event } from "./history.ts";
import { Model } from "./model.ts";
import { findSerialOrder } from "./serial-order.ts";

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

/** Client 0 settles or looks; client 1 revokes meanwhile, and is told that the key is void. */
function history(first: Pick<Event, "operation" | "answer">, asked: number, answered: number) {
  const { model, userId, key } = start;
  const events: Event[] = [
    { client: 0, asked, answered, ...first },
    {
      client: 1,
      operation: { type: "revoke", userId, key },
      asked: 10,
      answered: 20,
      answer: { state: "void" },
    },
  ];
  const end = model.clone();
  end.revoke(userId, key);
  return { events, end };
}

const start = books();
const look = {
  operation: { type: "look", userId: start.userId, key: start.key },
  answer: { state: "open" },
} as const;
const settle = { operation: { type: "settle", entries: start.entries } } as const;

describe("an order of what clients did at once", () => {
  it("is found where one explains every answer, whoever was asked first", () => {
    const { events, end } = history(look, 11, 19);
    const serial = findSerialOrder(start.model, events, end);
    expect(serial).toMatchObject({ found: true });
    expect(serial.order.map(({ client }) => client)).toEqual([0, 1]);
  });

  it("is not found where it would turn time round: asked after the key was void, and told that it is open", () => {
    const { events, end } = history(look, 21, 22);
    expect(findSerialOrder(start.model, events, end)).toMatchObject({ found: false });
  });

  it("is not found where a key was said void, and was paid", () => {
    const paid = start.model.clone();
    const answer = paid.settle(start.entries);
    const { events } = history({ ...settle, answer }, 11, 19);
    expect(findSerialOrder(start.model, events, paid)).toMatchObject({ found: false });
  });

  it("is not found where the ledger has another version than the order gives, or the books end otherwise", () => {
    const end = start.model.clone();
    const answer = end.settle(start.entries);
    const events: Event[] = [{ client: 0, asked: 1, answered: 2, ...settle, answer }];
    expect(findSerialOrder(start.model, events, end)).toMatchObject({ found: true });
    const [transfer] = end.transfers.values();
    if (!transfer) throw new Error("Bug: the transfer is not there.");
    const otherVersion = end.clone();
    otherVersion.transfers.set(start.key, { ...transfer, debitVersion: 9n });
    expect(findSerialOrder(start.model, events, otherVersion)).toMatchObject({ found: false });
    const otherBooks = end.clone();
    otherBooks.refunded.set(start.key, 1n);
    expect(findSerialOrder(start.model, events, otherBooks)).toMatchObject({ found: false });
  });
});
