/** The open keys of somebody: forms that they opened, and payments that are on their way. Read for them alone. */
import { sql } from "drizzle-orm";
import { database } from "../connection/client.ts";

export type OpenKey = {
  key: string;
  kind: string;
  /** The order, or the form instance. */
  purposeId: string;
  /** The payment to be refunded. */
  subjectId: string | null;
  order: { description: string; amountMinor: bigint; currency: string } | null;
  merchant: { name: string; handle: string } | null;
  /** How many requests with it have arrived, and when the last one did. */
  arrivals: number;
  lastArrivedAt: Date | null;
  /** Whether what became of one of them is not known. Otherwise each was told why it was not accepted. */
  isChecking: boolean;
};

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
  const rows = await database().reading.execute<Row>(sql`
    select k.key, k.kind, k.purpose_id, k.subject_id, o.description, o.total_minor, o.currency::text,
           m.name as merchant_name, m.handle as merchant_handle, a.arrivals, a.last_arrived_at, a.is_checking
      from (select k.key, k.kind, k.purpose_id, k.subject_id from idempotency_keys k
             where k.user_id = ${userId}::uuid and k.issued_in = database_identity()) k
      cross join lateral (
        select count(*)::int as arrivals, max(p.arrived_at) as last_arrived_at,
               coalesce(bool_or(p.verdict not in ('refused', 'invalid', 'mismatch')), false) as is_checking
          from payment_attempts p where p.user_id = ${userId}::uuid and p.key = k.key) a
      left join lateral (
        select d.description, d.total_minor, d.currency, d.merchant_id from orders d
         where d.id = k.purpose_id and k.kind = 'order' limit 1) o on true
      left join lateral (select u.name, u.handle from users u where u.id = o.merchant_id limit 1) m on true
     where a.arrivals > 0 or not ${arrivedOnly}
     order by k.key desc
     limit ${limit}`);
  return rows.map(
    ({ description, totalMinor, currency, merchantName, merchantHandle, lastArrivedAt, ...key }) => ({
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
    }),
  );
}
