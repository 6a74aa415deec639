/** One account is locked by another session for longer than anybody waits: only those who need it feel it. */
import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { transferEntry } from "../../testing/fixtures/entries.ts";
import { holdingAccount } from "../../testing/fixtures/hold-lock.ts";
import {
  expectBooksRight,
  newPerson,
  type Person,
  tally,
  transferKey,
  transferTo,
} from "../../testing/fixtures/people.ts";
import { pay } from "../pay.ts";
import { settlingLoad } from "../settle.ts";
import { sendBatch, sendSingly } from "../settle-statement.ts";

const test = testDatabase();

/** Three times as many as are resubmitted at once: enough to use up the pool, if they could. */
const RUSH = 12;

async function transfer(from: Person, to: Person): Promise<() => ReturnType<typeof pay>> {
  const key = await transferKey(from);
  const command = transferTo(to, "1");
  return () => pay(from.id, key, command);
}

it("a payee's: others are paid meanwhile, no pool is given up, and what waited is paid afterwards", async () => {
  const [locked, other] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
  const payers = await Promise.all(Array.from({ length: RUSH + 1 }, () => newPerson(test.owner, 100n)));
  const [calm, ...rushing] = payers;
  if (!calm) throw new Error("Bug: nobody is there.");
  const rush = await Promise.all(rushing.map((payer) => transfer(payer, locked)));
  const calmly = await Promise.all(Array.from({ length: RUSH }, () => transfer(calm, other)));
  const pool = test.db.settling;
  const waiting = await holdingAccount(test.owner, locked.accountId, async (held) => {
    const all = rush.map((send) => send().catch((error: Error) => error.name));
    await held.waiting(1);
    // One after another, each in a batch or resubmitted beside those that wait.
    for (const send of calmly) expect(tally([await send()])).toEqual({ paid: 1 });
    return all;
  });
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ type: "settled" });
  expect(test.db.settling).toBe(pool);
  await expectBooksRight(test.owner);
});

it("a payer's: the payee's other payers are paid meanwhile", async () => {
  // Locks are taken in the order of ids: whoever waits for this payer's account does not hold the payee's yet.
  const people = await Promise.all(Array.from({ length: 3 }, () => newPerson(test.owner, 100n)));
  const [locked, payee, other] = people.toSorted((a, b) => (a.accountId < b.accountId ? -1 : 1));
  if (!locked || !payee || !other) throw new Error("Bug: nobody is there.");
  const payLocked = await transfer(locked, payee);
  const payOthers = await Promise.all(Array.from({ length: RUSH }, () => transfer(other, payee)));
  const waiting = await holdingAccount(test.owner, locked.accountId, async (held) => {
    const failedBefore = settlingLoad().failed;
    const answer = payLocked().catch((error: Error) => error.name);
    await held.waiting(1);
    // Until a batch has given up, the payee's account counts as locked like the payer's.
    while (settlingLoad().failed === failedBefore) await setImmediate();
    for (const send of payOthers) expect(tally([await send()])).toEqual({ paid: 1 });
    return [answer];
  });
  for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ type: "settled" });
  await expectBooksRight(test.owner);
});

it("a batch gives up before a single entry does, also a batch of one: others wait behind it", async () => {
  const [payer, locked] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const entries = await Promise.all(
    [1n, 2n].map(async (amount) => {
      const key = await transferKey(payer);
      return transferEntry(payer, locked, key, amount);
    }),
  );
  const [one, other] = entries;
  if (!one || !other) throw new Error("Bug: there are two.");
  const ended: string[] = [];
  const single = await holdingAccount(test.owner, locked.accountId, async (held) => {
    const single = sendSingly(one, 10_000, new Error("lost")).finally(() => ended.push("single"));
    await held.waiting(1);
    await expect(sendBatch([other])).rejects.toMatchObject({ code: "55P03" });
    ended.push("batch");
    return { single };
  });
  expect(await single.single).toMatchObject({ verdict: "settled" });
  expect(ended).toEqual(["batch", "single"]);
});
