/** Plans outlive what they were made for: one made while the tables were small must not read all of them once they grew. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { orderEntry, refundEntry, settleBatch, transferEntry, words } from "../testing/fixtures/entries.ts";
import { keyFor, newOrder, newPerson, type Person, transferKey } from "../testing/fixtures/people.ts";
import { rowsReadBy } from "../testing/fixtures/rows-read.ts";

const test = testDatabase();

/** As many as connections, twice: each connection has made its plans. */
const AT_ONCE = 16;
const ROWS = 20_000;
/** What a few batches may read of one table: a few rows for each entry, by each step, and old versions of rows beside them. */
const ROWS_READ_MAX = 5_000;

const TABLES = [
  "idempotency_keys",
  "orders",
  "payments",
  "refund_totals",
  "ledger_accounts",
  "ledger_transfers",
];

/** A sale, its refund and a transfer, in three batches. */
async function payEverything(payer: Person, merchant: Person): Promise<void> {
  const { orderId, purpose } = await newOrder(merchant, "100");
  const paymentId = await keyFor(payer.id, purpose);
  const sale = orderEntry(payer, merchant, paymentId, orderId, 100n);
  const gift = transferEntry(payer, merchant, await transferKey(payer), 1n);
  expect(words(await settleBatch([sale, gift]))).toEqual(["paid", "paid"]);
  const refundKey = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
  expect(words(await settleBatch([refundEntry(merchant, payer, refundKey, paymentId, 40n)]))).toEqual([
    "paid",
  ]);
}

it("a batch reads a few rows of each table, however they have grown since its plans were made", async () => {
  const merchant = await newPerson(test.owner, 10_000n, "merchant");
  const payers = await Promise.all(Array.from({ length: AT_ONCE }, () => newPerson(test.owner, 10_000n)));
  for (const table of ["idempotency_keys", "orders", "payments", "refund_totals", "ledger_accounts"])
    await test.owner.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);
  await Promise.all(payers.map((payer) => payEverything(payer, merchant)));
  // As autovacuum does within the first minute. Plans are made anew after it, and then stay.
  await test.owner`analyze`;
  await Promise.all(payers.map((payer) => payEverything(payer, merchant)));

  await test.owner`
    insert into ledger_accounts (id, purpose, currency, balance_minor)
    select gen_random_uuid(), 'funding', 'USD', 0 from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), now(), database_identity()
      from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                          payee_account_id, request_hash, renderer, settled_at)
    select gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), 'succeeded', 1, 'USD',
           gen_random_uuid(), gen_random_uuid(), sha256(n::text::bytea), 1, now()
      from generate_series(1, ${ROWS}::int) n`;
  await test.owner`
    insert into refund_totals (payment_id) select gen_random_uuid() from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, items, total_minor, request_hash)
    select gen_random_uuid(), o.merchant_id, o.merchant_account_id, o.description, o.currency, o.items, o.total_minor, o.request_hash
      from generate_series(1, ${ROWS}::int), (select * from orders limit 1) o`;

  const [payer] = payers;
  if (!payer) throw new Error("Bug: nobody pays.");
  const reads = await rowsReadBy(test, TABLES, () => payEverything(payer, merchant));
  const readOften = [...reads].filter(([, read]) => read > ROWS_READ_MAX);
  expect(readOften).toEqual([]);
});
