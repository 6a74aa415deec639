import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { connect, setDatabase } from "../connection/client.ts";
import { openAccount } from "../ledger/accounts.ts";
import { SERVER_VERSION, testDatabase } from "../testing/fixtures/database.ts";
import {
  apiKeyOf,
  keyFor,
  newOrder,
  newPerson,
  transferKey,
  transferTo,
} from "../testing/fixtures/people.ts";
import { lookUp, lookUpFor } from "./look-up.ts";
import { pay } from "./pay.ts";
import { settlingLoad } from "./settle.ts";

const test = testDatabase();

it("commands that are resolved together get each what it names, found or not, as if alone", async () => {
  const [ann, ben, shop] = [
    await newPerson(test.owner, 100n),
    await newPerson(test.owner, 100n),
    await newPerson(test.owner, 0n, "merchant"),
  ];
  const { orderId, purpose, command } = await newOrder(shop, "10");
  const paymentId = await keyFor(ann.id, purpose);
  await pay(ann.id, paymentId, command);

  await test.owner`update users set email_verified = true where id = ${ann.id}`;
  const to = (handle: string, currency = "USD") => transferTo({ handle }, "1", currency);
  const order = (id: string) =>
    ({ operation: "pay-order", orderId: id, amountMinor: "10", currency: "USD" }) as const;
  const nobodyLacks = { lacksAccount: [], earlier: undefined };
  const unknown = { debitAccountId: null, creditAccountId: null, subjectFound: false, ...nobodyLacks };
  const usd = { currency: "USD", subjectFound: true, ...nobodyLacks };
  const cases = [
    [ann, to(ben.handle), { debitAccountId: ann.accountId, creditAccountId: ben.accountId, ...usd }],
    [
      ben,
      to(`${ann.handle.toUpperCase()}@once.test`),
      { debitAccountId: ben.accountId, creditAccountId: ann.accountId, ...usd },
    ],
    // Nobody has shown yet that this address is Ben's.
    [ann, to(`${ben.handle}@once.test`), { debitAccountId: ann.accountId, creditAccountId: null, ...usd }],
    [ben, to("nobody"), { debitAccountId: ben.accountId, creditAccountId: null, ...usd }],
    // Neither has yen, which are served: both get an account before anything is settled.
    [
      ann,
      to(ben.handle, "JPY"),
      {
        debitAccountId: ann.accountId,
        creditAccountId: ben.accountId,
        currency: "JPY",
        subjectFound: true,
        lacksAccount: [ann.id, ben.id],
        earlier: undefined,
      },
    ],
    // Francs are not served: their dollars stand for them, and settling declines.
    [
      ann,
      to(ben.handle, "CHF"),
      {
        debitAccountId: ann.accountId,
        creditAccountId: ben.accountId,
        currency: "CHF",
        subjectFound: true,
        ...nobodyLacks,
      },
    ],
    [ben, order(orderId), { debitAccountId: ben.accountId, creditAccountId: shop.accountId, ...usd }],
    [ann, order(randomUUID()), { ...unknown, currency: "USD" }],
    [
      shop,
      { operation: "refund", paymentId },
      { debitAccountId: shop.accountId, creditAccountId: ann.accountId, ...usd },
    ],
    [shop, { operation: "refund", paymentId: randomUUID() }, { ...unknown, currency: null }],
    [
      ben,
      { operation: "top-up", amountMinor: "1", currency: "USD" },
      { debitAccountId: expect.any(String), creditAccountId: ben.accountId, ...usd },
    ],
    // Money of this kind comes from nowhere.
    [
      ben,
      { operation: "top-up", amountMinor: "1", currency: "CHF" },
      {
        debitAccountId: null,
        creditAccountId: null,
        currency: "CHF",
        subjectFound: true,
        ...nobodyLacks,
      },
    ],
  ] as const;
  const expected = cases.map(([, , resolved]) => resolved);
  expect(await Promise.all(cases.map(([{ id }, one]) => lookUp(id, randomUUID(), one)))).toEqual(expected);
  expect(await Promise.all(cases.toReversed().map(([{ id }, one]) => lookUp(id, randomUUID(), one)))).toEqual(
    expected.toReversed(),
  );
  for (const [{ id }, one, resolved] of cases) expect(await lookUp(id, randomUUID(), one)).toEqual(resolved);

  // By API keys the same, beside those who are asked for by their ids, and with whose key it is.
  const apiKeys = new Map(
    await Promise.all([ann, ben, shop].map(async ({ id }) => [id, await apiKeyOf(test.owner, id)] as const)),
  );
  const asked = cases.flatMap(([{ id }, one]) => [
    lookUpFor(apiKeys.get(id) ?? "", randomUUID(), one),
    lookUp(id, randomUUID(), one).then((resolved) => ({ caller: undefined, resolved })),
  ]);
  expect((await Promise.all(asked)).map(({ caller, resolved }) => [caller?.user.id, resolved])).toEqual(
    cases.flatMap(([{ id }, , resolved]) => [
      [id, resolved],
      [undefined, resolved],
    ]),
  );
});

it("for an API key that is not good nothing is found, whatever is named", async () => {
  const [ann, ben] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const key = await transferKey(ann);
  const found = await lookUpFor("once_nobody", key, transferTo(ben, "1", "JPY"));
  expect(found.caller).toBeUndefined();
  expect(found.resolved).toMatchObject({
    debitAccountId: null,
    creditAccountId: null,
    lacksAccount: [],
    openFor: undefined,
    earlier: undefined,
  });
});

it.each([
  ["half a character", "\ud83d"],
  ["a zero byte", "zero\0byte"],
])("%s in what one asks for takes no answer away from those who ask beside it", async (_what, payee) => {
  const [ann, ben] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const to = (handle: string) => transferTo({ handle }, "1");
  const asks = [to(ben.handle), to(payee), to(ben.handle), to("nobody")];
  const found = await Promise.allSettled(asks.map((one) => lookUp(ann.id, randomUUID(), one)));
  expect(found.map((one) => (one.status === "fulfilled" ? one.value.creditAccountId : "refused"))).toEqual([
    ben.accountId,
    "refused",
    ben.accountId,
    null,
  ]);
});

it("an account in the currency itself comes before any other", async () => {
  const [ann, ben] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
  const yen = randomUUID();
  await openAccount(yen, ann.id, "JPY", null);
  const command = transferTo(ann, "1", "JPY");
  expect(await lookUp(ben.id, randomUUID(), command)).toMatchObject({ creditAccountId: yen });
});

it("a key that is settled is found with its outcome, without settling again", async () => {
  const [ann, ben] = [await newPerson(test.owner, 50n), await newPerson(test.owner, 0n)];
  const command = (amountMinor: string, note?: string) =>
    ({ operation: "transfer", payee: ben.handle, amountMinor, currency: "USD", note }) as const;
  for (const one of [command("50", "for the café"), command("51")]) {
    const key = await transferKey(ann);
    const first = await pay(ann.id, key, one);
    if (first.type !== "settled") throw new Error(`it was ${first.type}`);
    const { entries } = settlingLoad();
    expect(await pay(ann.id, key, one)).toEqual({ ...first, replayed: true });
    expect(await pay(ann.id, key, command("1"))).toEqual({ type: "reused", payment: first.payment });
    expect(settlingLoad().entries).toBe(entries);
    // To anybody else it is a key that was never theirs.
    expect(await pay(ben.id, key, command("1"))).toEqual({ type: "void" });
  }
});

it.each([
  ["bytea_output", "escape"],
  ["DateStyle", "German"],
])("a key that is settled is found with its outcome, where the database has %s = %s", async (name, value) => {
  const [ann, ben] = [await newPerson(test.owner, 50n), await newPerson(test.owner, 0n)];
  const command = transferTo(ben, "5");
  const key = await transferKey(ann);
  const first = await pay(ann.id, key, command);
  const alter = `alter database "${new URL(test.appUrl).pathname.slice(1)}"`;
  await test.owner.unsafe(`${alter} set ${name} = '${value}'`);
  const db = connect(test.appUrl, SERVER_VERSION);
  setDatabase(db);
  try {
    expect(await pay(ann.id, key, command)).toEqual({ ...first, replayed: true });
  } finally {
    setDatabase(test.db);
    await Promise.all([db.close(), test.owner.unsafe(`${alter} reset ${name}`)]);
  }
});
