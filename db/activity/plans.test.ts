/** A page of a history reads what it shows, by indexes, however the tables have grown since its statements were planned. */
import { expect, it } from "vitest";
import type { Selection } from "../../lib/activity/selection.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { keyFor, newOrder, newPerson, type Person } from "../testing/fixtures/people.ts";
import { rowsReadBy } from "../testing/fixtures/rows-read.ts";
import { readAccountStates } from "./account-states.ts";
import { readHistory } from "./history.ts";
import { listOpenKeys } from "./open-keys.ts";

const test = testDatabase();

/** More than the pool has connections: each of them has made its plans. */
const AT_ONCE = 24;
const ROWS = 20_000;
/** A page and what stands beside its rows, some steps to find a day, and one look further. */
const ROWS_READ_MAX = 2_000;

const TABLES = [
  "ledger_accounts",
  "ledger_transfers",
  "payments",
  "orders",
  "refund_totals",
  "users",
  "idempotency_keys",
  "payment_attempts",
];

const SELECTIONS: Selection[] = [
  {},
  { status: "declined" },
  { currency: "USD", direction: "in" },
  { before: new Date(0) },
  { from: new Date(Date.UTC(2100, 0, 1)) },
];

async function read(person: Person): Promise<void> {
  const accounts = await readAccountStates(person.id);
  for (const selection of SELECTIONS) {
    const page = await readHistory(person.id, accounts, selection, { limit: 25 });
    if (!page.older) continue;
    const place = { cut: page.older, heading: "older" } as const;
    const older = await readHistory(person.id, accounts, selection, { limit: 25, place });
    if (older.newer)
      await readHistory(person.id, accounts, selection, {
        limit: 25,
        place: { cut: older.newer, heading: "newer" },
      });
  }
  await listOpenKeys(person.id, { limit: 20, arrivedOnly: true });
}

it("every read of it finds its rows by an index, and no more of them than it shows", async () => {
  const person = await newPerson(test.owner, 10_000n);
  const merchant = await newPerson(test.owner, 0n, "merchant");
  const { purpose, command } = await newOrder(merchant, "100");
  await pay(person.id, await keyFor(person.id, purpose), command);
  for (const table of TABLES)
    await test.owner.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);
  await test.owner`analyze`;
  // Often enough that a plan is made for good.
  await Promise.all(Array.from({ length: AT_ONCE * 8 }, () => read(person)));

  await test.owner`
    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                  debit_version, credit_balance_minor, credit_version, created_at)
    select gen_random_uuid(), gen_random_uuid(), ${person.accountId}, 1, 'USD', 0, n, 9900 + n, n + 2, now()
      from generate_series(1, ${ROWS}::int) n`;
  await test.owner`
    update ledger_accounts set version = version + ${ROWS}, balance_minor = balance_minor + ${ROWS} where id = ${person.accountId}`;
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                          payee_account_id, request_hash, renderer, settled_at)
    select gen_random_uuid(), t.id, 'transfer', gen_random_uuid(), 'succeeded', 1, 'USD', t.debit_account_id,
           t.credit_account_id, sha256(t.id::text::bytea), 1, t.created_at
      from ledger_transfers t where t.credit_account_id = ${person.accountId} and t.credit_version > 2`;
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, decline_code, amount_minor, currency, payer_account_id,
                          payee_account_id, request_hash, renderer, settled_at)
    select ${person.id}, gen_random_uuid(), 'transfer', gen_random_uuid(), 'declined', 'insufficient_funds', 1, 'USD',
           ${person.accountId}, ${merchant.accountId}, sha256(n::text::bytea), 1, now() - n * interval '1 second'
      from generate_series(1, ${ROWS}::int) n`;
  await test.owner`
    insert into ledger_accounts (id, purpose, currency, balance_minor)
    select gen_random_uuid(), 'funding', 'USD', 0 from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into refund_totals (payment_id) select gen_random_uuid() from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into users (id, name, email, handle, role)
    select gen_random_uuid(), 'u' || n, 'u' || n || '@once.test', 'u' || n, 'payer' from generate_series(1, ${ROWS}::int) n`;
  await test.owner`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, items, total_minor, request_hash)
    select gen_random_uuid(), o.merchant_id, o.merchant_account_id, o.description, o.currency, o.items, o.total_minor, o.request_hash
      from generate_series(1, ${ROWS}::int), (select * from orders limit 1) o`;
  await test.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), now(), database_identity()
      from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at)
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'api', 'unknown', now()
      from generate_series(1, ${ROWS}::int)`;

  for (const isAnalyzed of [false, true]) {
    if (isAnalyzed) await test.owner`analyze`;
    const reads = await rowsReadBy(test, TABLES, async () => {
      const accounts = await readAccountStates(person.id);
      for (const selection of SELECTIONS) {
        const { movements } = await readHistory(person.id, accounts, selection, { limit: 25 });
        if (selection.before === undefined && selection.from === undefined)
          expect(movements).toHaveLength(25);
      }
      await read(person);
    });
    const readOften = [...reads].filter(([, rows]) => rows > ROWS_READ_MAX);
    expect(readOften, isAnalyzed ? "analyzed" : "not analyzed").toEqual([]);
  }
});
