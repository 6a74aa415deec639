/** One entry that cannot be right, among many that are: it gets its own answer, and nobody else notices. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { keyState } from "../../idempotency/state.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { settleBatch, transferEntry, words } from "../../testing/fixtures/entries.ts";
import { expectBooksRight, newPerson, type Person, transferKey } from "../../testing/fixtures/people.ts";
import type { SettlementEntry } from "../settlement.ts";

const test = testDatabase();

/** More than one, so that some come before the poisoned entry and some after. */
const NEIGHBOURS = 4;
const MAX_MINOR = 9_223_372_036_854_775_807n;

/** What TypeScript does not let through, and a bug elsewhere could still send. */
const untyped = (fields: Record<string, unknown>) => fields as Partial<SettlementEntry>;

/** Sends `poisoned` amid healthy entries of people of its own, and says what became of it. */
async function amid(poisoned: SettlementEntry): Promise<string | undefined> {
  const [payer, friend] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const healthy = [];
  for (let n = 0; n < NEIGHBOURS; n += 1) {
    const key = await transferKey(payer);
    healthy.push(transferEntry(payer, friend, key, 1n));
  }
  const half = NEIGHBOURS / 2;
  const answers = words(await settleBatch([...healthy.slice(0, half), poisoned, ...healthy.slice(half)]));
  const [own] = answers.splice(half, 1);
  expect(answers).toEqual(healthy.map(() => "paid"));
  await expectBooksRight(test.owner);
  return own;
}

async function transfer(changed: (people: { payer: Person; friend: Person }) => Partial<SettlementEntry>) {
  const [payer, friend] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const key = await transferKey(payer);
  return { ...transferEntry(payer, friend, key, 10n), ...changed({ payer, friend }) };
}

describe("fails nobody else and consumes nothing:", () => {
  it.each<[string, Partial<SettlementEntry>, string]>([
    ["no amount", { amountMinor: null }, "amount_not_positive"],
    ["an amount of zero", { amountMinor: 0n }, "amount_not_positive"],
    ["a negative amount", { amountMinor: -1n }, "amount_not_positive"],
    ["the smallest amount there is", { amountMinor: -MAX_MINOR - 1n }, "amount_not_positive"],
    ["no currency", { currency: null }, "malformed"],
    ["a currency of more than three letters", { currency: "DOLLARS" }, "malformed"],
    ["a currency of less than three letters", { currency: "US" }, "malformed"],
    ["a hash that is too short", { requestHash: Buffer.alloc(31) }, "malformed"],
    ["an empty hash", { requestHash: Buffer.alloc(0) }, "malformed"],
    ["no renderer", untyped({ renderer: null }), "malformed"],
    ["no payer's account", { debitAccountId: null }, "payer_unknown"],
    ["a payer's account that is not there", { debitAccountId: randomUUID() }, "payer_unknown"],
    ["no payee's account", { creditAccountId: null }, "payee_unknown"],
    ["a payee's account that is not there", { creditAccountId: randomUUID() }, "payee_unknown"],
    ["an absurd kind", untyped({ kind: "gift" }), "mismatch"],
    ["no kind", untyped({ kind: null }), "mismatch"],
    ["an order that the key is not for", { orderId: randomUUID() }, "mismatch"],
    ["a refund that the key is not for", { kind: "refund", refundOf: randomUUID() }, "mismatch"],
  ])("%s", async (_what, changed, answer) => {
    const poisoned = await transfer(() => changed);
    expect(await amid(poisoned)).toBe(answer);
    expect(await keyState(poisoned.userId, poisoned.key)).toEqual({ state: "open" });
  });

  it.each([
    ["no key", untyped({ key: null })],
    ["no user", untyped({ userId: null })],
  ])("%s", async (_what, changed) => {
    expect(await amid(await transfer(() => changed))).toBe("void");
  });

  it("paying oneself", async () => {
    expect(await amid(await transfer(({ payer }) => ({ creditAccountId: payer.accountId })))).toBe(
      "payee_is_payer",
    );
  });

  it("paying from somebody else's account", async () => {
    const poisoned = await transfer(({ payer, friend }) => ({
      debitAccountId: friend.accountId,
      creditAccountId: payer.accountId,
    }));
    expect(await amid(poisoned)).toBe("payer_unknown");
  });

  it("an amount that the payee's account cannot hold", async () => {
    const poisoned = await transfer(() => ({ amountMinor: MAX_MINOR }));
    const [rich] = await test.owner<{ id: string }[]>`
      select credit_account_id as id from ledger_transfers where credit_account_id <> ${poisoned.creditAccountId}
       order by credit_balance_minor desc limit 1`;
    expect(await amid({ ...poisoned, creditAccountId: rich?.id ?? null })).toBe("overflow");
  });
});

describe("fails nobody else and is declined:", () => {
  it.each([
    ["a currency that the accounts do not have", "JPY"],
    ["a currency that nobody has", "ZZZ"],
  ])("%s", async (_what, currency) => {
    expect(await amid(await transfer(() => ({ currency })))).toBe("currency_mismatch");
  });

  it("the largest amount there is", async () => {
    expect(await amid(await transfer(() => ({ amountMinor: MAX_MINOR })))).toBe("insufficient_funds");
  });
});
