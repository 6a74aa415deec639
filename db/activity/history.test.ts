/** What a page of a history shows, and where it goes on. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Movement } from "../../lib/activity/movement.ts";
import type { Selection } from "../../lib/activity/selection.ts";
import { openAccount } from "../ledger/accounts.ts";
import { approveAdjustment } from "../payments/adjust.ts";
import type { PayCommand } from "../payments/command.ts";
import { fund } from "../payments/funding.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { adjustmentEntry } from "../testing/fixtures/entries.ts";
import { keyFor, newOrder, newPerson, type Person } from "../testing/fixtures/people.ts";
import { readAccountStates } from "./account-states.ts";
import { readCut, writeCut } from "./cut.ts";
import { findMovement } from "./find-movement.ts";
import { type HistoryPage, LOOKED_AT_MAX, readHistory, readWholeHistory } from "./history.ts";
import type { Heading } from "./stream.ts";

const test = testDatabase();

const DAY_MS = 24 * 60 * 60 * 1_000;

async function send(from: Person, to: Person, amountMinor: bigint, note?: string): Promise<string> {
  const key = await keyFor(from.id, { kind: "transfer", intentId: randomUUID() });
  const command: PayCommand = {
    operation: "transfer",
    payee: to.handle,
    amountMinor: amountMinor.toString(),
    currency: "USD",
    ...(note === undefined ? {} : { note }),
  };
  expect(await pay(from.id, key, command)).toMatchObject({ type: "settled" });
  return key;
}

async function refund(merchant: Person, paymentId: string, amountMinor: string): Promise<string> {
  const key = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
  expect(await pay(merchant.id, key, { operation: "refund", paymentId, amountMinor })).toMatchObject({
    payment: { status: "succeeded" },
  });
  return key;
}

/** A page as the browser asks for it: the accounts read anew, the cut through its address. */
async function turn(
  person: Person,
  selection: Selection,
  limit: number,
  from?: { page: HistoryPage; heading: Heading },
): Promise<HistoryPage> {
  const accounts = await readAccountStates(person.id);
  const cut = from?.page[from.heading];
  if (!from || !cut) return readHistory(person.id, accounts, selection, { limit });
  const written = writeCut(cut, new Map(accounts.map(({ id, currency }) => [id, currency])));
  const read = readCut(written, new Map(accounts.map(({ id, currency }) => [currency, id])));
  if (!read) throw new Error(`Bug: ${written} cannot be read again.`);
  return readHistory(person.id, accounts, selection, { limit, place: { cut: read, heading: from.heading } });
}

async function all(person: Person, selection: Selection = {}): Promise<Movement[]> {
  const movements: Movement[] = [];
  const accounts = await readAccountStates(person.id);
  for await (const page of readWholeHistory(person.id, accounts, selection, 10)) movements.push(...page);
  return movements;
}

const ids = (movements: readonly Movement[]) => movements.map(({ id }) => id);

/** Rewrites when everything of `person` was settled, `minutes` apart from oldest to newest: the order of the ledger stays. */
async function retime(person: Person, at: (version: number) => Date): Promise<void> {
  await test.owner`alter table ledger_transfers disable trigger user`;
  await test.owner`alter table payments disable trigger user`;
  for (const { id, version } of await test.owner<{ id: string; version: bigint }[]>`
    select transfer_id as id, version from ledger_entries where account_id = ${person.accountId}`) {
    const instant = at(Number(version)).toISOString();
    await test.owner`update ledger_transfers set created_at = ${instant} where id = ${id}`;
    await test.owner`update payments set settled_at = ${instant} where id = ${id}`;
  }
  await test.owner`alter table ledger_transfers enable trigger user`;
  await test.owner`alter table payments enable trigger user`;
}

describe("a history", () => {
  it("shows each side its own view of a sale, of its refund, and of a declined try", async () => {
    const payer = await newPerson(test.owner, 1_000n);
    const merchant = await newPerson(test.owner, 0n, "merchant");
    const { purpose, command, orderId } = await newOrder(merchant, "600");
    const sale = await keyFor(payer.id, purpose);
    await pay(payer.id, sale, command);
    const refunded = await refund(merchant, sale, "250");
    const declined = await send(payer, merchant, 5_000n, "too much");

    const ofPayer = await all(payer);
    expect(ofPayer.slice(0, 3)).toMatchObject([
      {
        id: declined,
        status: "declined",
        declineCode: "insufficient_funds",
        balanceMinor: null,
        direction: "out",
      },
      { id: refunded, kind: "refund", direction: "in", balanceMinor: 650n, refundOf: sale },
      { id: sale, kind: "order", direction: "out", balanceMinor: 400n, refundedMinor: 250n, orderId },
    ]);
    expect(ofPayer[3]).toMatchObject({ kind: "top-up", direction: "in", balanceMinor: 1_000n, party: null });
    expect(ofPayer[2]).toMatchObject({
      description: "A thing",
      party: { name: merchant.handle, handle: merchant.handle },
    });
    expect(ofPayer).toHaveLength(4);

    expect(await all(merchant)).toMatchObject([
      { id: refunded, direction: "out", balanceMinor: 350n, party: { handle: payer.handle } },
      { id: sale, direction: "in", balanceMinor: 600n, refundedMinor: 250n },
    ]);
  });

  it("names what a refund pays back, also where it was declined, and finds it by that", async () => {
    const payer = await newPerson(test.owner, 1_000n);
    const merchant = await newPerson(test.owner, 0n, "merchant");
    const { purpose, command } = await newOrder(merchant, "600");
    const sale = await keyFor(payer.id, purpose);
    await pay(payer.id, sale, command);
    const refunded = await refund(merchant, sale, "250");
    const tooMuch = await keyFor(merchant.id, { kind: "refund", paymentId: sale, intentId: randomUUID() });
    await pay(merchant.id, tooMuch, { operation: "refund", paymentId: sale, amountMinor: "900" });
    const named = { kind: "refund", description: "A thing", refundOf: sale, orderId: null };
    expect(await all(merchant)).toMatchObject([
      { ...named, id: tooMuch, status: "declined" },
      { ...named, id: refunded },
      { id: sale, description: "A thing" },
    ]);
    expect(await findMovement(payer.id, refunded)).toMatchObject(named);
    expect(ids(await all(payer, { text: "a thing", kind: "refund" }))).toEqual([refunded]);
  });

  it("tells a request between people from a sale, on both sides, also where it was declined", async () => {
    const [payer, friend] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    const merchant = await newPerson(test.owner, 0n, "merchant");
    const tried: string[] = [];
    for (const [payee, amountMinor] of [
      [merchant, "10"],
      [friend, "20"],
      [friend, "5000"],
    ] as const) {
      const { purpose, command } = await newOrder(payee, amountMinor);
      const key = await keyFor(payer.id, purpose);
      await pay(payer.id, key, command);
      tried.push(key);
    }
    const told = (movements: readonly Movement[]) => movements.map(({ id, isRequest }) => [id, isRequest]);
    expect(told(await all(payer))).toEqual([
      [tried[2], true],
      [tried[1], true],
      [tried[0], false],
      [expect.any(String), false],
    ]);
    expect(told(await all(friend))).toEqual([[tried[1], true]]);
    expect(await findMovement(friend.id, tried[1] ?? "")).toMatchObject({ isRequest: true });
    expect(await findMovement(merchant.id, tried[0] ?? "")).toMatchObject({ isRequest: false });
    // What they become later changes nothing of what was.
    await test.owner`update users set role = 'merchant' where id = ${friend.id}`;
    await test.owner`update users set role = 'payer' where id = ${merchant.id}`;
    expect(told(await all(friend))).toEqual([[tried[1], true]]);
    expect(told(await all(merchant))).toEqual([[tried[0], false]]);
    expect(await findMovement(friend.id, tried[1] ?? "")).toMatchObject({ isRequest: true });
  });

  it("shows a correction to both owners, each with the other and the reason, and to no operator as theirs", async () => {
    const [asker, approver] = [
      await newPerson(test.owner, 0n, "operator"),
      await newPerson(test.owner, 0n, "operator"),
    ];
    const [from, to] = [await newPerson(test.owner, 50n), await newPerson(test.owner, 0n)];
    const { id, entry } = await adjustmentEntry(asker, approver, from, to, 30n);
    expect(await approveAdjustment(approver.id, id)).toMatchObject({ payment: { status: "succeeded" } });
    const common = { kind: "adjustment", note: "Booked to the wrong account", amountMinor: 30n };
    expect((await all(from))[0]).toMatchObject({
      ...common,
      direction: "out",
      balanceMinor: 20n,
      party: { handle: to.handle },
    });
    expect((await all(to))[0]).toMatchObject({
      ...common,
      direction: "in",
      balanceMinor: 30n,
      party: { handle: from.handle },
    });
    expect(await all(from, { kind: "adjustment", direction: "out" })).toHaveLength(1);
    for (const operator of [asker, approver]) expect(await all(operator)).toEqual([]);
    expect(await findMovement(to.id, entry.key)).toMatchObject({ direction: "in", status: "succeeded" });
    expect(await findMovement(approver.id, entry.key)).toBeUndefined();
  });

  it("shows what an operator put in and took out to the account's owner, and to the operator as what it is", async () => {
    const [operator, payer] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 0n)];
    const plain = { accountOf: payer.handle, currency: "USD" };
    const put = { ...plain, direction: "credit", amountMinor: 500n, reason: "Bank transfer" } as const;
    await fund(operator.id, randomUUID(), put);
    await fund(operator.id, randomUUID(), {
      ...plain,
      direction: "debit",
      amountMinor: 200n,
      reason: "Paid out",
    });
    const declined = await fund(operator.id, randomUUID(), {
      ...plain,
      direction: "debit",
      amountMinor: 900n,
      reason: "Too much",
    });
    expect(declined).toMatchObject({ type: "settled", payment: { status: "declined" } });
    expect(await all(payer)).toMatchObject([
      { kind: "funding", direction: "out", balanceMinor: 300n, party: null, note: "Paid out" },
      { kind: "funding", direction: "in", balanceMinor: 500n, party: null, note: "Bank transfer" },
    ]);
    expect(await all(payer, { kind: "funding", direction: "in" })).toHaveLength(1);
    // Nothing of it moved on an account of the operator's; by its key it is found all the same.
    expect(await all(operator)).toEqual([]);
    const id = declined.type === "settled" ? declined.payment.id : "";
    expect(await findMovement(operator.id, id)).toMatchObject({ status: "declined", direction: "out" });
    expect(await findMovement(payer.id, id)).toBeUndefined();
  });

  it("shows a kind that this build does not know, by its name", async () => {
    const person = await newPerson(test.owner, 70n);
    await test.owner`alter table payments disable trigger user`;
    await test.owner`alter table payments drop constraint payments_kind_known`;
    await test.owner`update payments set kind = 'gift' where user_id = ${person.id}`;
    await test.owner`alter table payments enable trigger user`;
    expect(await all(person)).toMatchObject([{ kind: "gift", balanceMinor: 70n }]);
    expect(await all(person, { kind: "gift" })).toHaveLength(1);
    expect(await all(person, { kind: "order" })).toEqual([]);
  });

  it("ends where the balances end that were read with it, whatever arrives in between", async () => {
    const [from, to] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    await send(from, to, 1n);
    const accounts = await readAccountStates(to.id);
    await send(from, to, 2n);
    const page = await readHistory(to.id, accounts, {}, { limit: 5 });
    expect(page.movements.map(({ balanceMinor }) => balanceMinor)).toEqual([accounts[0]?.balanceMinor]);
  });
});

describe("turning its pages", () => {
  it("skips and repeats nothing while payments arrive and are declined", async () => {
    const [from, to] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    for (let n = 0; n < 20; n += 1) await send(from, to, n % 4 === 3 ? 100_000n : 1n);
    const before = ids(await all(from));
    let page = await turn(from, {}, 3);
    const seen = ids(page.movements);
    while (page.older) {
      await send(from, to, 1n);
      await send(from, to, 100_000n);
      page = await turn(from, {}, 3, { page, heading: "older" });
      seen.push(...ids(page.movements));
    }
    expect(seen).toEqual(before);
    // And up again, past everything that has arrived.
    const up = [page.movements];
    while (page.newer) {
      page = await turn(from, {}, 3, { page, heading: "newer" });
      up.unshift(page.movements);
    }
    expect([...new Set(ids(up.flat()))]).toEqual(ids(await all(from)));
  });

  it("keeps the order of the ledger where a clock was set back, and still skips and repeats nothing", async () => {
    const [from, to] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    for (let n = 0; n < 12; n += 1) await send(from, to, n % 3 === 2 ? 100_000n : 1n);
    const start = Date.now() - DAY_MS;
    await retime(from, (version) => new Date(start + (version < 5 ? version * 60_000 : version * 1_000)));
    const whole = await all(from);
    expect(whole).toHaveLength(13);
    const balances = whole.flatMap(({ balanceMinor }) => (balanceMinor === null ? [] : [balanceMinor]));
    expect(balances).toEqual([...balances].sort((a, b) => (a < b ? -1 : 1)));
    for (const limit of [1, 2, 5]) {
      let page = await turn(from, {}, limit);
      const seen = ids(page.movements);
      while (page.older) {
        page = await turn(from, {}, limit, { page, heading: "older" });
        seen.push(...ids(page.movements));
      }
      expect(seen).toEqual(ids(whole));
      const up = [page.movements];
      while (page.newer) {
        page = await turn(from, {}, limit, { page, heading: "newer" });
        up.unshift(page.movements);
      }
      expect(new Set(ids(up.flat()))).toEqual(new Set(ids(whole)));
    }
  });

  it("has one order for what was settled in one instant, whichever way it is turned", async () => {
    const [from, to] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    for (let n = 0; n < 9; n += 1) await send(from, to, n % 3 === 2 ? 100_000n : 1n);
    const instant = new Date("2026-03-02T12:00Z");
    await retime(from, () => instant);
    await test.owner`alter table payments disable trigger user`;
    await test.owner`update payments set settled_at = ${instant.toISOString()} where user_id = ${from.id}`;
    await test.owner`alter table payments enable trigger user`;
    const whole = ids(await all(from));
    for (const limit of [1, 2, 3]) {
      let page = await turn(from, {}, limit);
      const seen = ids(page.movements);
      while (page.older) {
        page = await turn(from, {}, limit, { page, heading: "older" });
        seen.push(...ids(page.movements));
      }
      const up = [page.movements];
      while (page.newer) {
        page = await turn(from, {}, limit, { page, heading: "newer" });
        up.unshift(page.movements);
      }
      expect([seen, [...new Set(ids(up.flat()))]]).toEqual([whole, whole]);
    }
  });

  it("begins at a day, and ends at one, without reading through what lies beyond", async () => {
    const [from, to] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
    for (let n = 0; n < 40; n += 1) await send(from, to, 1n);
    const start = Date.UTC(2026, 0, 1);
    await retime(to, (version) => new Date(start + version * DAY_MS));
    const versions = (movements: Movement[]) => movements.map(({ balanceMinor }) => Number(balanceMinor));
    const from10 = new Date(start + 10 * DAY_MS);
    const before13 = new Date(start + 13 * DAY_MS);
    expect(versions(await all(to, { from: from10, before: before13 }))).toEqual([12, 11, 10]);
    expect(versions(await all(to, { before: new Date(start + 3 * DAY_MS) }))).toEqual([2, 1]);
    expect(versions(await all(to, { from: new Date(start + 39 * DAY_MS) }))).toEqual([40, 39]);
    expect(await all(to, { from: new Date(start + 50 * DAY_MS) })).toEqual([]);
    // A clock that was set back by less than a day hides nothing, wherever the search for the day happens to look.
    const setBack = new Map([
      [5, 5.5],
      [6, 4.9],
    ]);
    await retime(to, (version) => new Date(start + (setBack.get(version) ?? version) * DAY_MS));
    const day = (days: number) => new Date(start + days * DAY_MS);
    const found = async (selection: Selection) => {
      const accounts = await readAccountStates(to.id);
      const movements: Movement[] = [];
      for await (const page of readWholeHistory(to.id, accounts, selection, 1)) movements.push(...page);
      return versions(movements);
    };
    expect(await found({ before: day(5.2) })).toEqual([6, 4, 3, 2, 1]);
    expect(await found({ from: day(5.2), before: day(6.5) })).toEqual([5]);
  });

  it("says how far it has looked where hardly anything fits, and goes on from there", async () => {
    const [from, to] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const wanted = await send(from, to, 1n, "Needle");
    const [account] = await readAccountStates(to.id);
    const added = LOOKED_AT_MAX + 10_000;
    await test.owner`
      insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                    debit_version, credit_balance_minor, credit_version, created_at)
      select gen_random_uuid(), gen_random_uuid(), ${to.accountId}, 1, 'USD', 0, n, n + 1, n + 1, now()
        from generate_series(1, ${added}::int) n`;
    await test.owner`update ledger_accounts set version = version + ${added} where id = ${to.accountId}`;
    expect(account?.version).toBe(1n);
    const first = await turn(to, { text: "needle" }, 10);
    expect([first.movements, first.lookedTo !== undefined]).toEqual([[], true]);
    const second = await turn(to, { text: "needle" }, 10, { page: first, heading: "older" });
    expect([ids(second.movements), second.older, second.lookedTo]).toEqual([[wanted], undefined, undefined]);
  });
});

describe("filters", () => {
  it("find by kind, direction, status, currency and words, and by nothing of somebody else's", async () => {
    const payer = await newPerson(test.owner, 1_000n);
    const merchant = await newPerson(test.owner, 0n, "merchant");
    await openAccount(randomUUID(), payer.id, "JPY", null);
    const { purpose, command } = await newOrder(merchant, "600");
    const sale = await keyFor(payer.id, purpose);
    await pay(payer.id, sale, command);
    const refunded = await refund(merchant, sale, "250");
    const gift = await send(payer, merchant, 5n, "50% off_it, Jürgen");
    const declined = await send(payer, merchant, 9_999n, "Rent");
    const found = async (selection: Selection) => ids(await all(payer, selection));

    expect(await found({ kind: "refund" })).toEqual([refunded]);
    expect(await found({ kind: "transfer" })).toEqual([declined, gift]);
    expect(await found({ direction: "in" })).toHaveLength(2);
    expect(await found({ direction: "out" })).toEqual([declined, gift, sale]);
    expect(await found({ status: "declined" })).toEqual([declined]);
    expect(await found({ status: "succeeded", direction: "out" })).toEqual([gift, sale]);
    expect(await found({ status: "checking" })).toEqual([]);
    expect(await found({ currency: "JPY" })).toEqual([]);
    expect(await found({ currency: "EUR" })).toEqual([]);
    expect(await found({ currency: "USD" })).toHaveLength(5);
    for (const text of ["0% OFF_", "JÜRGEN"]) expect(await found({ text })).toEqual([gift]);
    expect(await found({ text: "%" })).toEqual([gift]);
    expect(await found({ text: "rent" })).toEqual([declined]);
    expect(await found({ text: "a thing" })).toEqual([refunded, sale]);
    expect(await found({ text: `@${merchant.handle}` })).toEqual([declined, gift, refunded, sale]);
    // By its reference, with the refund that names it.
    expect(await found({ text: sale.toUpperCase() })).toEqual([refunded, sale]);
    expect(await found({ text: "nothing like it" })).toEqual([]);
    // What the payer's declined try says is nobody else's business.
    expect(ids(await all(merchant, { text: "rent" }))).toEqual([]);
  });
});

describe("a cut in an address", () => {
  const accounts = new Map([["USD", "a"]]);
  it.each([
    "",
    "x",
    "%00",
    Buffer.from("1.x USD1").toString("base64url"),
    Buffer.from(`9999999999999999.${randomUUID()}`).toString("base64url"),
    Buffer.from(`1.${randomUUID()} USD-1`).toString("base64url"),
    Buffer.from(`1.${randomUUID()} USD9999999999999999999`).toString("base64url"),
    "A".repeat(5_000),
  ])("%s is none", (written) => {
    expect(readCut(written, accounts)).toBeUndefined();
  });

  it("of somebody else's accounts shows nothing of them", () => {
    const cut = readCut(Buffer.from(`1.${randomUUID()} EUR5 USD7`).toString("base64url"), accounts);
    expect([...(cut?.versions ?? [])]).toEqual([["a", 7n]]);
  });
});
