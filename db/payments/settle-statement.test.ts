/** No payer gets the outcome of another one, whatever the database returns. */
import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { type Database, type Sql, setDatabase } from "../connection/client.ts";
import { OutcomeUnknown } from "../execution/until-known.ts";
import { transferEntry } from "../testing/fixtures/entries.ts";
import { sendBatch, sendSingly } from "./settle-statement.ts";

const person = () => ({ id: randomUUID(), handle: "somebody", accountId: randomUUID() });
const entries = [1n, 2n, 3n].map((amount) => transferEntry(person(), person(), randomUUID(), amount));

/** A database whose statement answers with the rows of these entries, counted from one. */
function answering(...numbers: number[]): void {
  const rows = numbers.map((n) => ({ n, verdict: "settled", reason: null, id: entries[n - 1]?.key }));
  const settling = Object.assign(async () => rows, { json: (value: unknown) => value }) as unknown as Sql;
  setDatabase({ settling, standbyWaitsCut: 0, replacePool: () => {} } as unknown as Database);
}

afterEach(() => {
  delete (globalThis as { onceDatabase?: Database }).onceDatabase;
});

describe("an answer", () => {
  it("that has a row for each entry, in their order, is accepted", async () => {
    answering(1, 2, 3);
    const ids = (await sendBatch(entries)).map((one) => ("payment" in one ? one.payment.id : undefined));
    expect(ids).toEqual(entries.map((one) => one.key));
  });

  it.each([
    ["lacks its first row", [2, 3]],
    ["lacks a row in the middle", [1, 3]],
    ["lacks its last row", [1, 2]],
    ["has a row of another statement", [1, 2, 3, 1]],
    ["comes in another order", [2, 1, 3]],
  ])("that %s says nothing about any", async (_what, numbers) => {
    answering(...numbers);
    await expect(sendBatch(entries)).rejects.toThrow("Bug: ");
  });

  it("about another entry than was sent leaves the outcome unknown", async () => {
    answering(2);
    const [first] = entries;
    if (!first) throw new Error("Bug: there are three.");
    await expect(sendSingly(first, 1_000, new Error("lost"))).rejects.toThrow(OutcomeUnknown);
  });
});
