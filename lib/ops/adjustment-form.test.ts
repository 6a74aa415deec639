/** What an operator types to ask for a correction, and the id that the form made. */
import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { expect, it } from "vitest";
import { adjustmentForm } from "./adjustment-form.ts";

const typed = { debit: "house", credit: "alice", amount: "1.00", currency: "USD", reason: "A test" };
const idOf = (id: string) => adjustmentForm("en").safeParse({ ...typed, id }).data?.id;

it("takes the id that its page made, in small letters", () => {
  const id = randomUUID();
  expect(idOf(id)).toBe(id);
  expect(idOf(id.toUpperCase())).toBe(id);
});

it("takes no id of a key or a payment, under which the audit log would have to keep another row", () => {
  expect(idOf(uuidv7())).toBeUndefined();
  expect(idOf("00000000-0000-0000-0000-000000000000")).toBeUndefined();
  // Of the row about the first operator.
  expect(idOf("00000000-0000-8000-8000-000000000001")).toBeUndefined();
});
