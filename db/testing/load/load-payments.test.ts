/** A load fills a database as settling would have left it. */
import { expect, test } from "vitest";
import { reconcile } from "../../ledger/reconcile.ts";
import { testDatabase } from "../fixtures/database.ts";
import { sealAll } from "../fixtures/journal.ts";
import { loadPayments } from "./load-payments.ts";

const own = testDatabase();

test("after two loads the books are right, and every kind of row is there", {
  timeout: 120_000,
}, async () => {
  const [before] = await own.owner`select count(*) as payments from payments`;
  for (const payments of [4_000, 2_000]) await loadPayments(own.ownerUrl, { payments, days: 30 });
  // What other tests' transactions, in databases of the same server, have held up.
  await sealAll(own.owner);
  expect(await reconcile(own.owner)).toEqual([]);
  const counts = await own.owner`
    select (select count(*) from payments) as payments,
           (select count(*) from ledger_seals) = (select count(*) from ledger_transfers) as sealed,
           (select count(*) from refund_totals) > 10 as refunds,
           (select count(distinct decline_code) from payments) as declines,
           (select count(distinct currency) from payments) as currencies,
           (select count(*) from idempotency_keys) > 5 as keys,
           (select count(*) from payment_attempts where verdict = 'replayed') > 10 as replays,
           (select count(*) from payment_attempts a where verdict = 'void' and not exists (
              select from idempotency_keys k where k.user_id = a.user_id and k.key = a.key)) > 0 as void_ones,
           (select count(*) from orders where cancelled_at is not null) > 0 as cancelled,
           (select count(*) from mail_outbox) > 10 as receipts`;
  expect(counts[0]).toEqual({
    payments: 6_000n + before?.payments,
    sealed: true,
    refunds: true,
    declines: 7n,
    currencies: 3n,
    keys: true,
    replays: true,
    void_ones: true,
    cancelled: true,
    receipts: true,
  });
});

test("keys carry the moment the form was opened, before the payment settled", async () => {
  const [row] = await own.owner`
    select count(*) as wrong from payments
     where ('x' || left(replace(id::text, '-', ''), 12))::bit(48)::bigint > extract(epoch from settled_at) * 1000
        or substr(id::text, 15, 1) <> '7'`;
  expect(row?.wrong).toBe(0n);
});
