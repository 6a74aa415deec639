/** The open keys of somebody: forms that they opened, and payments that are on their way. Read for them alone. */
import { type SQL, sql } from "drizzle-orm";
import type { OpenKey } from "../../lib/activity/open-key.ts";
import type { Selection } from "../../lib/activity/selection.ts";
import { unwrittenKeysInDoubt } from "../attempts/record.ts";
import { database } from "../connection/client.ts";
import type { Intended } from "../payments/views/earlier.ts";

type Row = Omit<OpenKey, "order" | "merchant" | "lastArrivedAt"> & {
  description: string | null;
  totalMinor: bigint | null;
  currency: string | null;
  merchantName: string | null;
  merchantHandle: string | null;
  lastArrivedAt: string | null;
};

/**
 * The newest `limit` open keys of `userId`; where `arrivedOnly`, those that a request has arrived for. An arrival is
 * recorded within about a second of its answer, and evidence only: an open key without one may have one on its way.
 */
export async function listOpenKeys(
  userId: string,
  { limit, arrivedOnly }: { limit: number; arrivedOnly: boolean },
): Promise<OpenKey[]> {
  return read(
    userId,
    sql`true`,
    sql`where a.arrivals > 0 or not ${arrivedOnly} order by k.key desc limit ${limit}`,
  );
}

/** How long a payment without an answer is what somebody may be about to pay once more. */
const IN_DOUBT_MINUTES = 10;

/** More than anybody has under way at once. */
const IN_DOUBT_LISTED = 5;

/**
 * The newest open keys of `userId` that may be for the same as `intended`, and that may still be carried out by a request of the
 * last minutes: one has arrived and its answer is not known, or `pressed` names its order or form instance. What an open key
 * pays is not known: any transfer or order may be the same as another. Evidence only: what another server has received
 * within the last second is missing.
 */
export async function listInDoubt(
  userId: string,
  intended: Intended,
  pressed: readonly string[],
): Promise<OpenKey[]> {
  // Before the statement: what is written meanwhile is found twice, and never not at all.
  const unwritten = unwrittenKeysInDoubt(userId);
  const inDoubt = await read(
    userId,
    sql`${mayBeSame(intended)} and k.purpose_id <> ${intended.purposeId}::uuid`,
    sql`where (a.is_checking and a.last_arrived_at > now() - ${IN_DOUBT_MINUTES} * interval '1 minute')
           or ${isOneOf(sql`k.key`, unwritten)} or ${isOneOf(sql`k.purpose_id`, pressed)}
        order by k.key desc limit ${IN_DOUBT_LISTED}`,
  );
  // Also where what makes it so is not written yet.
  return inDoubt.map((openKey) => ({ ...openKey, isChecking: true }));
}

function mayBeSame(intended: Intended): SQL {
  switch (intended.kind) {
    case "transfer":
    case "order":
      return sql`k.kind in ('transfer', 'order')`;
    case "refund":
      return sql`k.kind = 'refund' and k.subject_id = ${intended.paymentId}::uuid`;
    case "top-up":
      return sql`k.kind = 'top-up'`;
    default:
      return intended satisfies never;
  }
}

function isOneOf(column: SQL, ids: readonly string[]): SQL {
  if (ids.length === 0) return sql`false`;
  return sql`${column} in (${sql.join(
    ids.map((id) => sql`${id}::uuid`),
    sql`, `,
  )})`;
}

/** An open key of `userId`; undefined where it is none of theirs, or no longer open. To say so is for db/idempotency/state.ts. */
export async function findOpenKey(userId: string, key: string): Promise<OpenKey | undefined> {
  const [found] = await read(userId, sql`k.key = ${key}::uuid`, sql``);
  return found;
}

async function read(userId: string, which: SQL, whichOfThem: SQL): Promise<OpenKey[]> {
  const rows = await database().reading.execute<Row>(sql`
    select k.key, k.kind, k.purpose_id, k.subject_id, o.description, o.total_minor, o.currency::text,
           m.name as merchant_name, m.handle as merchant_handle, a.arrivals, a.last_arrived_at, a.is_checking
      from (select k.key, k.kind, k.purpose_id, k.subject_id from idempotency_keys k
             where k.user_id = ${userId}::uuid and k.issued_in = database_identity() and ${which}) k
      cross join lateral (
        select count(*)::int as arrivals, max(p.arrived_at) as last_arrived_at,
               coalesce(bool_or(p.verdict not in ('refused', 'invalid', 'mismatch')), false) as is_checking
          from payment_attempts p where p.user_id = ${userId}::uuid and p.key = k.key) a
      left join lateral (
        select d.description, d.total_minor, d.currency, d.merchant_id from orders d
         where d.id = k.purpose_id and k.kind = 'order' limit 1) o on true
      left join lateral (select u.name, u.handle from users u where u.id = o.merchant_id limit 1) m on true
      ${whichOfThem}`);
  return rows.map(openKeyOf);
}

function openKeyOf({
  description,
  totalMinor,
  currency,
  merchantName,
  merchantHandle,
  lastArrivedAt,
  ...key
}: Row): OpenKey {
  return {
    ...key,
    order:
      description === null || totalMinor === null || currency === null
        ? null
        : { description, amountMinor: totalMinor, currency },
    merchant:
      merchantName === null || merchantHandle === null
        ? null
        : { name: merchantName, handle: merchantHandle },
    // Drizzle has the driver leave times as text.
    lastArrivedAt: lastArrivedAt === null ? null : new Date(lastArrivedAt),
  };
}

/** Whether an open key is among what `selection` asks for. What it would move is known of an order alone. */
export function isSelected(key: OpenKey, selection: Selection): boolean {
  const { currency, kind, direction, status, from, before, text } = selection;
  const arrivedAt = key.lastArrivedAt;
  const words = [
    key.key,
    key.purposeId,
    key.order?.description,
    key.merchant?.name,
    key.merchant && `@${key.merchant.handle}`,
  ];
  return (
    (status === undefined || status === "checking") &&
    (kind === undefined || kind === key.kind) &&
    (direction === undefined || direction === (key.kind === "top-up" ? "in" : "out")) &&
    (currency === undefined || key.order === null || key.order.currency === currency) &&
    (from === undefined || (arrivedAt !== null && arrivedAt >= from)) &&
    (before === undefined || (arrivedAt !== null && arrivedAt < before)) &&
    (text === undefined || words.join("\n").toLowerCase().includes(text.toLowerCase()))
  );
}
