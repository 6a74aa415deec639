/** The keys that are open just now, of everybody, for operators: those that were opened last first. */
import { type SQL, sql } from "drizzle-orm";
import type { Payment } from "../../../lib/api/payment.ts";
import { database } from "../../connection/client.ts";
import { type Cursor, type Found, isAfter } from "../../execution/cursor.ts";
import type { PersonNamed } from "../../payments/search/search.ts";
import { idempotencyKeys } from "../../schema/idempotency-keys.ts";
import { KEY_LIFETIME } from "../new-keys/new-keys.ts";

export type ListedKey = {
  key: string;
  kind: Payment["kind"];
  purposeId: string;
  subjectId: string | null;
  owner: PersonNamed | null;
  /** From then on it may be reaped; each time the form is opened that is put off. */
  expiresAt: Date;
  /** When its form was opened last, as the database's clock had it. */
  openedAt: Date;
  /** Requests that came with it; the oldest hundred are kept. */
  arrivals: number;
  lastArrivedAt: Date | null;
  order: { description: string; totalMinor: bigint; currency: string } | null;
};

export type KeyFilter = {
  kind?: Payment["kind"] | undefined;
  ownerId?: string | undefined;
  /** The key itself is from before that. */
  issuedBefore?: Date | undefined;
  /** This one alone. */
  key?: string | undefined;
  /** A request has arrived for it. */
  arrivedOnly?: boolean | undefined;
};

/** So many keys are looked through for those that a request has arrived for. */
const LOOKED_AT_MAX = 5_000;

type Row = Omit<ListedKey, "expiresAt" | "openedAt" | "lastArrivedAt" | "order"> & {
  expiresAt: string;
  openedAt: string;
  lastArrivedAt: string | null;
  description: string | null;
  totalMinor: string | null;
  currency: string | null;
};

/** The open keys that fit `filter`, those first whose forms were opened last. */
export async function listKeys(
  filter: KeyFilter,
  { limit, after }: { limit: number; after?: Cursor | undefined },
): Promise<Found<ListedKey>> {
  const lookedAt = filter.arrivedOnly === true ? LOOKED_AT_MAX : limit + 1;
  const rows = [...(await database().reading.execute<Row>(keysQuery(filter, lookedAt, limit + 1, after)))];
  const entries = rows.slice(0, limit).map(keyOf);
  const last = entries.at(-1);
  if (rows.length > limit && last)
    return { entries, next: { at: last.expiresAt, id: last.key }, isCut: false };
  if (filter.arrivedOnly !== true) return { entries, next: undefined, isCut: false };
  const [edge] = await database().reading.execute<{ at: string; id: string }>(sql`
    select k.expires_at as at, k.key as id from (${candidates(filter, after)}) k
    offset ${sql.raw(String(LOOKED_AT_MAX - 1))} limit 1`);
  return { entries, next: edge && { at: new Date(edge.at), id: edge.id }, isCut: edge !== undefined };
}

/** The first key of a moment, as a UUID v7 writes it. */
function firstKeyOf(moment: Date): string {
  const hex = moment.getTime().toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

function candidates({ kind, ownerId, issuedBefore, key }: KeyFilter, after: Cursor | undefined): SQL {
  const k = idempotencyKeys;
  const conditions = [
    // Asked for once, and not for each row.
    sql`${k.issuedIn} = (select database_identity())`,
    ...(kind ? [sql`${k.kind} = ${kind}`] : []),
    ...(ownerId ? [sql`${k.userId} = ${ownerId}::uuid`] : []),
    ...(issuedBefore ? [sql`${k.key} < ${firstKeyOf(issuedBefore)}::uuid`] : []),
    ...(key ? [sql`${k.key} = ${key}::uuid`] : []),
    ...(after ? [isAfter(k.expiresAt, k.key, after)] : []),
  ];
  return sql`select * from ${k} where ${sql.join(conditions, sql` and `)} order by ${k.expiresAt} desc, ${k.key} desc`;
}

/** The statement of a page: of the first `lookedAt` keys those that fit, up to `rows`. */
function keysQuery(filter: KeyFilter, lookedAt: number, rows: number, after?: Cursor): SQL {
  return sql`
    select k.key, k.kind, k.purpose_id, k.subject_id, k.expires_at, k.expires_at - ${KEY_LIFETIME}::interval as opened_at,
           a.arrivals, a.last_arrived_at, owner.person as owner, o.description, o.total_minor::text as total_minor, o.currency
      from (select * from (${candidates(filter, after)}) c limit ${sql.raw(String(lookedAt))}) k
      cross join lateral (
        select count(*)::int as arrivals, max(p.arrived_at) as last_arrived_at
          from payment_attempts p where p.user_id = k.user_id and p.key = k.key) a
      left join lateral (
        select jsonb_build_object('id', u.id, 'name', u.name, 'handle', u.handle) as person
          from users u where u.id = k.user_id limit 1) owner on true
      left join lateral (
        select d.description, d.total_minor, d.currency::text as currency from orders d
         where d.id = k.purpose_id and k.kind = 'order' limit 1) o on true
     where ${filter.arrivedOnly === true ? sql`a.arrivals > 0` : sql`true`}
     order by k.expires_at desc, k.key desc limit ${sql.raw(String(rows))}`;
}

function keyOf({ description, totalMinor, currency, ...row }: Row): ListedKey {
  return {
    ...row,
    expiresAt: new Date(row.expiresAt),
    openedAt: new Date(row.openedAt),
    lastArrivedAt: row.lastArrivedAt === null ? null : new Date(row.lastArrivedAt),
    order:
      description === null || totalMinor === null || currency === null
        ? null
        : { description, totalMinor: BigInt(totalMinor), currency },
  };
}

/** One open key, whoever it is of; undefined where it is none. To say so is for find-key.ts. */
export async function findListedKey(userId: string, key: string): Promise<ListedKey | undefined> {
  const [row] = await database().reading.execute<Row>(keysQuery({ ownerId: userId, key }, 1, 1));
  return row && keyOf(row);
}
