/** Sales are what the ledger says: every one, once, with what was paid back; and a page reads a page's worth. */
import { randomUUID } from "node:crypto";
import { beforeAll, expect, it } from "vitest";
import { openAccount } from "../../ledger/accounts.ts";
import { putOrder } from "../../orders/orders.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import {
  balanceOf,
  expectBooksRight,
  keyFor,
  newPerson,
  type Person,
  tally,
} from "../../testing/fixtures/people.ts";
import { pay } from "../pay.ts";
import {
  type Sale,
  type SalesFilter,
  salePagesOf,
  salesQuery,
  searchSalesOf,
  totalSalesOf,
} from "./sales.ts";

const test = testDatabase();
let merchant: Person;
let yenAccountId: string;
const payers: Person[] = [];
/** Every sale in the order it was made. */
const made: { id: string; amount: bigint; currency: string; payer: Person; description: string }[] = [];

async function sell(
  payer: Person,
  description: string,
  amountMinor: string,
  currency = "USD",
  seller = merchant,
) {
  const orderId = randomUUID();
  const items = [{ description, quantity: 1, amountMinor }];
  await putOrder(seller.id, orderId, { description, currency, items });
  const id = await keyFor(payer.id, { kind: "order", orderId });
  const paid = await pay(payer.id, id, { operation: "pay-order", orderId, amountMinor, currency });
  expect(tally([paid])).toEqual({ paid: 1 });
  return id;
}

async function refund(seller: Person, paymentId: string, amountMinor: string): Promise<void> {
  const key = await keyFor(seller.id, { kind: "refund", paymentId, intentId: randomUUID() });
  const paid = await pay(seller.id, key, { operation: "refund", paymentId, amountMinor });
  expect(tally([paid])).toEqual({ paid: 1 });
}

beforeAll(async () => {
  merchant = await newPerson(test.owner, 0n, "merchant");
  yenAccountId = randomUUID();
  await openAccount(yenAccountId, merchant.id, "JPY", null);
  await test.owner`
    insert into ledger_accounts (id, purpose, currency, min_balance_minor)
    values (${randomUUID()}, 'funding', 'JPY', null)`;
  for (let n = 0; n < 3; n += 1) {
    const payer = await newPerson(test.owner, 100_000n);
    await openAccount(randomUUID(), payer.id, "JPY", null);
    const key = await keyFor(payer.id, { kind: "top-up", intentId: randomUUID() });
    await pay(payer.id, key, { operation: "top-up", amountMinor: "100000", currency: "JPY" });
    payers.push(payer);
  }
  for (let n = 0; n < 12; n += 1) {
    const payer = payers[n % payers.length];
    if (!payer) throw new Error("Bug: nobody pays.");
    const [currency, amount] = n % 4 === 3 ? ["JPY", 700n + BigInt(n)] : ["USD", 1_000n + BigInt(n)];
    const description = n === 5 ? "A 100% cotton bag" : `Coffee ${n}`;
    const id = await sell(payer, description, amount.toString(), currency);
    made.push({ id, amount, currency, payer, description });
  }
  await refund(merchant, made[0]?.id ?? "", "400");
  await refund(merchant, made[0]?.id ?? "", "100");
  await refund(merchant, made[3]?.id ?? "", "703");
  // What is no sale: a gift to the merchant, a declined try, somebody else's sale.
  const [payer] = payers;
  if (!payer) throw new Error("Bug: nobody pays.");
  const gift = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
  await pay(payer.id, gift, {
    operation: "transfer",
    payee: merchant.handle,
    amountMinor: "5",
    currency: "USD",
  });
  const poor = await newPerson(test.owner, 0n);
  const dear = randomUUID();
  const items = [{ description: "Gold", quantity: 1, amountMinor: "1" }];
  await putOrder(merchant.id, dear, { description: "Gold", currency: "USD", items });
  const key = await keyFor(poor.id, { kind: "order", orderId: dear });
  const declined = await pay(poor.id, key, {
    operation: "pay-order",
    orderId: dear,
    amountMinor: "1",
    currency: "USD",
  });
  expect(tally([declined])).toEqual({ declined: 1 });
  await sell(payer, "Tea", "33", "USD", await newPerson(test.owner, 0n, "merchant"));
});

async function all(filter: SalesFilter = {}, pageSize = 5): Promise<Sale[]> {
  const sales: Sale[] = [];
  for await (const page of salePagesOf(merchant.id, filter, pageSize)) {
    expect(page.length).toBeLessThanOrEqual(pageSize);
    sales.push(...page);
  }
  return sales;
}

it("has every sale once, newest first over all accounts, with its buyer and what was paid back", async () => {
  for (const pageSize of [1, 2, 5, 100]) {
    const sales = await all({}, pageSize);
    expect(sales.map(({ paymentId }) => paymentId)).toEqual(made.map(({ id }) => id).reverse());
  }
  const sales = await all();
  for (const { id, amount, currency, payer, description } of made)
    expect(sales.find(({ paymentId }) => paymentId === id)).toMatchObject({
      amountMinor: amount,
      currency,
      description,
      buyer: { handle: payer.handle },
      refundedMinor: id === made[0]?.id ? 500n : id === made[3]?.id ? 703n : 0n,
    });
});

it("comes to what the ledger holds: gross, paid back, and net by currency", async () => {
  const { totals, isCut } = await totalSalesOf(merchant.id, {});
  expect(isCut).toBe(false);
  const gross = (currency: string) =>
    made.filter((sale) => sale.currency === currency).reduce((sum, { amount }) => sum + amount, 0n);
  expect(totals).toEqual([
    {
      currency: "JPY",
      count: 3,
      grossMinor: gross("JPY"),
      refundedMinor: 703n,
      netMinor: gross("JPY") - 703n,
    },
    {
      currency: "USD",
      count: 9,
      grossMinor: gross("USD"),
      refundedMinor: 500n,
      netMinor: gross("USD") - 500n,
    },
  ]);
  const [yen, dollars] = totals;
  expect(yen?.netMinor).toBe(await balanceOf(test.owner, yenAccountId));
  // The gift of five cents is in the account, and no sale.
  expect((dollars?.netMinor ?? 0n) + 5n).toBe(await balanceOf(test.owner, merchant.accountId));
  await expectBooksRight(test.owner);
});

it("is narrowed by currency, text and time, and its totals with it", async () => {
  const filters: [SalesFilter, (sale: (typeof made)[number]) => boolean][] = [
    [{ currency: "JPY" }, ({ currency }) => currency === "JPY"],
    [{ text: "coffee 1" }, ({ description }) => /Coffee 1/.test(description)],
    [{ text: "100%" }, ({ description }) => description.includes("100%")],
    [{ text: `@${payers[1]?.handle}` }, ({ payer }) => payer === payers[1]],
    [{ text: "%", currency: "JPY" }, () => false],
  ];
  for (const [filter, fits] of filters) {
    const wanted = made.filter(fits);
    expect((await all(filter, 2)).map(({ paymentId }) => paymentId)).toEqual(
      wanted.map(({ id }) => id).reverse(),
    );
    const { totals } = await totalSalesOf(merchant.id, filter);
    expect(totals.reduce((count, total) => count + total.count, 0)).toBe(wanted.length);
    for (const { currency, grossMinor } of totals)
      expect(grossMinor).toBe(
        wanted.filter((sale) => sale.currency === currency).reduce((sum, { amount }) => sum + amount, 0n),
      );
  }
  const sales = await all();
  const middle = sales[5];
  const from = middle?.settledAt;
  const since = sales.filter(({ settledAt }) => from && settledAt >= from);
  expect(await all({ from })).toEqual(since);
  expect(await all({ until: from })).toEqual(sales.slice(since.length));
});

type PlanNode = {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  "Actual Rows": number;
  "Actual Loops": number;
  Plans?: PlanNode[];
};

/** Each read of a table in the plan that PostgreSQL makes for these very parameters: by what, and how many rows. */
async function readsOf(query: { toSQL(): { sql: string; params: unknown[] } }) {
  const { sql, params } = query.toSQL();
  const [row] = await test.owner.unsafe(`explain (analyze, format json) ${sql}`, params as string[]);
  const reads: { table: string; by: string; rows: number }[] = [];
  const walk = (node: PlanNode) => {
    const table = node["Relation Name"];
    const rows = node["Actual Rows"] * node["Actual Loops"];
    if (table) reads.push({ table, by: node["Index Name"] ?? node["Node Type"], rows });
    node.Plans?.forEach(walk);
  };
  walk(row?.["QUERY PLAN"][0].Plan);
  return reads;
}

it("reads a page by the index of what an account received, however many there are", async () => {
  const busy = await newPerson(test.owner, 0n, "merchant");
  const [payer] = payers;
  if (!payer) throw new Error("Bug: nobody pays.");
  await sell(payer, "Coffee", "1", "USD", busy);
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                          payee_account_id, request_hash, renderer, settled_at)
    select p.user_id, gen_random_uuid(), p.kind, gen_random_uuid(), p.status, 1, p.currency, p.payer_account_id,
           p.payee_account_id, p.request_hash, 1, p.settled_at + n * interval '1 millisecond'
      from payments p, generate_series(1, 20000) n where p.payee_account_id = ${busy.accountId}`;
  await test.owner`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, items, total_minor, request_hash)
    select p.purpose_id, ${busy.id}, ${busy.accountId}, 'Coffee', 'USD', '[]', 1, p.request_hash
      from payments p where p.payee_account_id = ${busy.accountId}
        on conflict do nothing`;
  await test.owner`analyze`;
  const first = await searchSalesOf(busy.id, {}, { limit: 20 });
  const deep = await searchSalesOf(busy.id, {}, { limit: 20, after: first.next });
  expect([first.entries.length, deep.entries.length]).toEqual([20, 20]);
  const until = first.entries.at(-1)?.settledAt;
  for (const query of [
    salesQuery(busy.id, {}, 21).limit(21),
    salesQuery(busy.id, {}, 21, deep.next).limit(21),
    salesQuery(busy.id, { until, currency: "USD" }, 21).limit(21),
  ]) {
    const reads = await readsOf(query);
    expect(reads.find(({ table }) => table === "payments")).toMatchObject({
      by: "payments_received",
      rows: 21,
    });
    const large = reads.filter(({ table }) => table !== "refund_totals");
    expect(large.filter(({ rows }) => rows > 100)).toEqual([]);
    expect(large.find(({ table }) => table === "orders")).toMatchObject({ by: "orders_pkey" });
  }
});
