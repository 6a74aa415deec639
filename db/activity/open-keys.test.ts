/** What of somebody's is open, and what has arrived for it; and one payment of their history, by its key. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { flushAttempts, recordAttempt } from "../attempts/record.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { keyFor, newOrder, newPerson } from "../testing/fixtures/people.ts";
import { findMovement } from "./find-movement.ts";
import { findOpenKey, isSelected, listOpenKeys } from "./open-keys.ts";

const test = testDatabase();

it("lists open keys with what they are for and what has arrived, newest first, to their user alone", async () => {
  const payer = await newPerson(test.owner, 1_000n);
  const merchant = await newPerson(test.owner, 0n, "merchant");
  const { purpose } = await newOrder(merchant, "600");
  const [order, transfer] = [
    await keyFor(payer.id, purpose),
    await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() }),
  ];
  const arrive = (key: string, verdict: "unknown" | "refused") =>
    recordAttempt({ userId: payer.id, key, channel: "action", verdict, arrivedAt: new Date() });
  arrive(order, "refused");
  await flushAttempts();
  const list = (arrivedOnly: boolean) => listOpenKeys(payer.id, { limit: 5, arrivedOnly });
  expect(await list(false)).toMatchObject([
    { key: transfer, kind: "transfer", order: null, arrivals: 0, lastArrivedAt: null, isChecking: false },
    {
      key: order,
      kind: "order",
      order: { description: "A thing", amountMinor: 600n, currency: "USD" },
      arrivals: 1,
    },
  ]);
  // Told why it was not accepted: nothing is being checked, until an answer is lost.
  expect(await list(true)).toMatchObject([
    { key: order, isChecking: false, merchant: { handle: merchant.handle } },
  ]);
  arrive(order, "unknown");
  await flushAttempts();
  expect(await list(true)).toMatchObject([{ key: order, arrivals: 2, isChecking: true }]);

  expect(await findOpenKey(payer.id, order)).toMatchObject({ key: order, arrivals: 2 });
  expect(await findOpenKey(merchant.id, order)).toBeUndefined();
  expect(await listOpenKeys(merchant.id, { limit: 5, arrivedOnly: false })).toEqual([]);
});

it("finds open keys by the filters of a history", async () => {
  const payer = await newPerson(test.owner, 0n);
  const merchant = await newPerson(test.owner, 0n, "merchant");
  const { purpose } = await newOrder(merchant, "600");
  const key = await keyFor(payer.id, purpose);
  recordAttempt({
    userId: payer.id,
    key,
    channel: "api",
    verdict: "unknown",
    arrivedAt: new Date("2026-03-02T12:00Z"),
  });
  await flushAttempts();
  const [openKey] = await listOpenKeys(payer.id, { limit: 5, arrivedOnly: true });
  if (!openKey) throw new Error("Bug: the key is not open.");
  const noon = new Date("2026-03-02T12:00Z");
  const fitting = [
    {},
    { status: "checking" as const },
    { kind: "order" },
    { direction: "out" as const },
    { currency: "USD" },
    { from: noon },
    { text: "A THING" },
    { text: key },
  ];
  for (const selection of fitting)
    expect(isSelected(openKey, selection), JSON.stringify(selection)).toBe(true);
  const other = [
    { status: "succeeded" as const },
    { kind: "refund" },
    { direction: "in" as const },
    { currency: "JPY" },
    { before: noon },
    { text: "another" },
  ];
  for (const selection of other)
    expect(isSelected(openKey, selection), JSON.stringify(selection)).toBe(false);
});

it("finds one payment as each of its parties sees it, and a declined try for who made it", async () => {
  const [from, to, stranger] = [
    await newPerson(test.owner, 100n),
    await newPerson(test.owner, 0n),
    await newPerson(test.owner, 0n),
  ];
  const send = async (amountMinor: string) => {
    const key = await keyFor(from.id, { kind: "transfer", intentId: randomUUID() });
    await pay(from.id, key, { operation: "transfer", payee: to.handle, amountMinor, currency: "USD" });
    return key;
  };
  const [paid, declined] = [await send("40"), await send("5000")];
  expect(await findMovement(from.id, paid)).toMatchObject({
    direction: "out",
    balanceMinor: 60n,
    party: { handle: to.handle },
  });
  expect(await findMovement(to.id, paid)).toMatchObject({
    direction: "in",
    balanceMinor: 40n,
    party: { handle: from.handle },
  });
  expect(await findMovement(stranger.id, paid)).toBeUndefined();
  expect(await findMovement(from.id, declined)).toMatchObject({
    status: "declined",
    direction: "out",
    balanceMinor: null,
  });
  expect(await findMovement(to.id, declined)).toBeUndefined();
});
