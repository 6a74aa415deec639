/** People, found and read for operators. Every list reads what it shows, by an index, however many people there are. */
import { type SQL, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import type { User } from "../identity/users.ts";

export type PeopleFilter = {
  /** The beginning of a handle, of an address, or of words of a name; or a whole id, of a person or of one of their accounts. */
  text?: string | undefined;
  role?: User["role"] | undefined;
  isFrozen?: boolean | undefined;
  /** Who asks to be a merchant and waits. */
  isWaiting?: boolean | undefined;
};

export type FoundPerson = User & { frozenAt: Date | null; createdAt: Date; isWaiting: boolean };

/** What a search takes of each kind of match. Whoever has typed so little that more fit, types on. */
const MATCHES_MAX = 2_000;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Row = Omit<FoundPerson, "frozenAt" | "createdAt"> & { frozenAt: string | null; createdAt: string };

/**
 * People who fit `filter`, newest first, after the person `afterId`. `isCut`: more fit the text than a search takes, so that
 * some may be missing. By the row of the one before and no moment, which several may share.
 */
export async function findPeople(
  filter: PeopleFilter,
  { limit, afterId }: { limit: number; afterId?: string | undefined },
): Promise<{ people: FoundPerson[]; hasMore: boolean; isCut: boolean }> {
  const text = filter.text?.toLowerCase().replace(/^@/, "");
  const matches = text === undefined ? undefined : await idsMatching(text);
  const conditions: SQL[] = [sql`true`];
  if (matches) conditions.push(sql`u.id = any(string_to_array(${[...matches.ids].join(",")}, ',')::uuid[])`);
  if (filter.role) conditions.push(sql`u.role = ${filter.role}`);
  if (filter.isFrozen) conditions.push(sql`u.frozen_at is not null`);
  if (filter.isWaiting)
    conditions.push(
      sql`u.id = any(array(select r.user_id from merchant_requests r where r.state = 'pending'))`,
    );
  if (afterId !== undefined)
    conditions.push(
      sql`(u.created_at, u.id) < ((select c.created_at from users c where c.id = ${afterId}), ${afterId}::uuid)`,
    );
  const rows = await database().reading.execute<Row>(sql`
    select u.id, u.name, u.email, u.handle, u.role, u.frozen_at as "frozenAt", u.created_at as "createdAt",
           exists (select from merchant_requests r where r.user_id = u.id and r.state = 'pending') as "isWaiting"
      from users u where ${sql.join(conditions, sql` and `)}
     order by u.created_at desc, u.id desc limit ${limit + 1}`);
  const people = [...rows].slice(0, limit).map(personOf);
  return { people, hasMore: rows.length > limit, isCut: matches?.isCut ?? false };
}

function personOf(row: Row): FoundPerson {
  return {
    ...row,
    frozenAt: row.frozenAt === null ? null : new Date(row.frozenAt),
    createdAt: new Date(row.createdAt),
  };
}

/** Whom a text may mean. Of each kind of match no more than are taken, each by its index. */
async function idsMatching(text: string): Promise<{ ids: Set<string>; isCut: boolean }> {
  const limit = sql`limit ${MATCHES_MAX + 1}`;
  const kinds = [
    sql`select u.id from users u where u.handle like ${beginning(text)} ${limit}`,
    sql`select u.id from users u where u.email like ${beginning(text)} ${limit}`,
  ];
  const words = wordsOf(text);
  if (words !== undefined)
    kinds.push(
      sql`select u.id from users u where to_tsvector('simple', u.name) @@ ${words}::text::tsquery ${limit}`,
    );
  if (UUID.test(text)) {
    kinds.push(sql`select u.id from users u where u.id = ${text}::uuid`);
    kinds.push(
      sql`select a.owner_id as id from ledger_accounts a where a.id = ${text}::uuid and a.owner_id is not null`,
    );
  }
  const found = await Promise.all(
    kinds.map(async (kind) => [...(await database().reading.execute<{ id: string }>(kind))]),
  );
  return {
    ids: new Set(found.flat().map(({ id }) => id)),
    isCut: found.some((ids) => ids.length > MATCHES_MAX),
  };
}

/** A pattern of LIKE for what begins with `text` as it stands. */
function beginning(text: string): string {
  return `${text.replaceAll(/[\\%_]/g, "\\$&")}%`;
}

/** A tsquery for names that have words which begin as these do, all of them; undefined where there is no word. */
function wordsOf(text: string): string | undefined {
  const words = text.match(/[\p{L}\p{N}\p{M}]+/gu);
  return words?.map((word) => `'${word}':*`).join(" & ");
}

/** An account of a person. Amounts in minor units. `isFrozenItself`: closed for itself, and not by its owner's freeze alone. */
export type PersonAccount = {
  id: string;
  currency: string;
  balanceMinor: bigint;
  dayLimitMinor: bigint | null;
  /** What left it today (UTC) by orders and transfers. */
  outTodayMinor: bigint;
  isFrozen: boolean;
  isFrozenItself: boolean;
};

export type PersonCard = FoundPerson & { emailVerified: boolean; locale: string };

/** Who somebody is. */
export async function findPerson(id: string): Promise<PersonCard | undefined> {
  const [row] = await database().reading.execute<
    Omit<PersonCard, "frozenAt" | "createdAt"> & Pick<Row, "frozenAt" | "createdAt">
  >(sql`
    select u.id, u.name, u.email, u.handle, u.role, u.frozen_at as "frozenAt", u.created_at as "createdAt",
           u.email_verified as "emailVerified", u.locale,
           exists (select from merchant_requests r where r.user_id = u.id and r.state = 'pending') as "isWaiting"
      from users u where u.id = ${id}::uuid`);
  return row && { ...row, ...personOf(row) };
}

/** The accounts of a person, by currency. */
export async function listAccountsOf(userId: string): Promise<PersonAccount[]> {
  const rows = await database().reading.execute<{
    id: string;
    currency: string;
    balance: string;
    limit: string | null;
    out: string;
    isFrozen: boolean;
    isFrozenItself: boolean;
  }>(sql`
    select a.id, a.currency::text, a.balance_minor::text as balance, a.day_limit_minor::text as "limit",
           (case when a.day = (now() at time zone 'UTC')::date then a.day_out_minor else 0 end)::text as "out",
           a.closed_at is not null as "isFrozen",
           a.closed_at is not null and a.closed_at is distinct from u.frozen_at as "isFrozenItself"
      from ledger_accounts a join users u on u.id = a.owner_id
     where a.owner_id = ${userId}::uuid order by a.currency`);
  return [...rows].map(({ balance, limit, out, ...row }) => ({
    ...row,
    balanceMinor: BigInt(balance),
    dayLimitMinor: limit === null ? null : BigInt(limit),
    outTodayMinor: BigInt(out),
  }));
}

/** How many keys of a person are open: forms that they opened, and payments under way. There is a cap on them. */
export async function countOpenKeysOf(userId: string): Promise<number> {
  const [row] = await database().reading.execute<{ count: string }>(
    sql`select count(*)::text as count from idempotency_keys k where k.user_id = ${userId}::uuid`,
  );
  return Number(row?.count ?? 0);
}
