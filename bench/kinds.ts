/** Orders and refunds, which lock one row more than a transfer. */
import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { type SettlementEntry, sendBatch } from "../db/payments/statement.ts";
import { type Figure, figure } from "./figure.ts";
import { makeTransfers, pay, paying } from "./paying.ts";
import { type Contestant, measure, type Pace, takingFrom } from "./rounds.ts";
import { accountId, HOT, makeKeys, transferOf, userId, type World } from "./world.ts";

const IN_FLIGHT = 256;
/** What is paid first, to be refunded, goes in batches of this many. */
const BATCH = 256;

function settling(name: string, prepare: (count: number) => Promise<SettlementEntry[]>): Contestant {
  return {
    name,
    inFlight: IN_FLIGHT,
    prepare: async (count) => takingFrom(await prepare(count), (entry) => pay(entry)),
  };
}

const orders = (world: World) => async (count: number) => {
  const ids = Array.from({ length: count }, () => randomUUID());
  await world.owner`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, total_minor, items, request_hash)
    select id, ${userId(HOT)}, ${accountId(HOT)}, 'Bench', 'USD', 1, '[]', '\\x00' from unnest(${ids}::uuid[]) id`;
  const rows = await makeKeys(world, count, "order", (n) => ids[n] ?? randomUUID());
  return rows.map(
    (row): SettlementEntry => ({ ...transferOf(row, "hot"), kind: "order", orderId: row.purposeId }),
  );
};

const refunds = (world: World) => async (count: number) => {
  const paid = await makeTransfers(world, count, "hot");
  for (let at = 0; at < paid.length; at += BATCH) await sendBatch(paid.slice(at, at + BATCH));
  const keys = paid.map((entry) => ({ ...entry, refundKey: uuidv7() }));
  await world.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, subject_id, expires_at, issued_in)
    select ${userId(HOT)}, k, 'refund', gen_random_uuid(), p, now() + interval '1 day', database_identity()
      from unnest(${keys.map((one) => one.refundKey)}::uuid[], ${keys.map((one) => one.key)}::uuid[]) t (k, p)`;
  return keys.map(
    ({ refundKey, ...entry }): SettlementEntry => ({
      ...entry,
      userId: userId(HOT),
      key: refundKey,
      kind: "refund",
      refundOf: entry.key,
      debitAccountId: entry.creditAccountId,
      creditAccountId: entry.debitAccountId,
    }),
  );
};

export async function kinds(world: World, pace: Pace): Promise<Figure[]> {
  const measured = await measure(
    [
      paying(world, "transfers", IN_FLIGHT, "hot"),
      settling("orders", orders(world)),
      settling("refunds", refunds(world)),
    ],
    pace,
  );
  const rate = (name: string) => measured.get(name)?.perSecond ?? Number.NaN;
  return ["orders", "refunds"].map((name) =>
    figure(
      `${name} of one merchant, at ${IN_FLIGHT} in flight`,
      "payments/s",
      rate(name),
      "transfers into one account",
      rate("transfers"),
    ),
  );
}
