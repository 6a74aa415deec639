/**
 * A merchant's sales: payments of orders that reached one of their accounts, each with who paid it and what of it was paid
 * back. Read from the index of what an account received, newest first, no further than a page or a search needs.
 */
import { and, desc, eq, gte, ilike, lt, or, type SQL, sql } from "drizzle-orm";
import { database } from "../../connection/client.ts";
import { type Cursor, type Found, isAfter, type Search } from "../../execution/cursor.ts";
import { containing } from "../../execution/like.ts";
import { users } from "../../schema/auth.ts";
import { ledgerAccounts } from "../../schema/ledger.ts";
import { orders } from "../../schema/orders.ts";
import { payments, refundTotals } from "../../schema/payments.ts";

export type Sale = {
  paymentId: string;
  orderId: string;
  description: string;
  buyer: { name: string; handle: string };
  /** Minor units of `currency`, as all amounts here. */
  amountMinor: bigint;
  refundedMinor: bigint;
  currency: string;
  settledAt: Date;
};

/** From and until are instants, the second one excluded. */
export type SalesFilter = {
  from?: Date | undefined;
  until?: Date | undefined;
  currency?: string | undefined;
  text?: string | undefined;
};

/** What sales of one currency come to. Net is gross less what was paid back of these very sales. */
export type SalesTotal = {
  currency: string;
  count: number;
  grossMinor: bigint;
  refundedMinor: bigint;
  netMinor: bigint;
};

/** A search reads no more sales of one account than this; who wants more goes on from there. */
const SEARCHED_MAX = 20_000;
/** Totals read no more sales of one account than this, a fraction of a second; a shorter time has its own totals. */
const TOTALLED_MAX = 100_000;

/** A merchant's sales, newest first, that fit `filter`. */
export async function searchSalesOf(
  merchantId: string,
  filter: SalesFilter,
  { limit, after }: Search,
): Promise<Found<Sale>> {
  const isSearch = filter.text !== undefined;
  const rowsMax = isSearch ? SEARCHED_MAX : limit + 1;
  const [rows, end] = await Promise.all([
    salesQuery(merchantId, filter, rowsMax, after).limit(limit + 1),
    isSearch ? sightOf(merchantId, filter, SEARCHED_MAX - 1, after) : undefined,
  ]);
  // Where one account was not searched to its end, what another one has behind that place comes later, in its order.
  const found = rows.map(saleOf).filter((sale) => end === undefined || !isBehind(sale, end));
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  return found.length > limit && last !== undefined
    ? { entries, next: placeOf(last), isCut: false }
    : { entries, next: end, isCut: end !== undefined };
}

/**
 * What the sales that fit `filter` come to, by currency. `isCut`: there are more than are added up at once, and these are the
 * newest.
 */
export async function totalSalesOf(
  merchantId: string,
  filter: SalesFilter,
): Promise<{ totals: SalesTotal[]; isCut: boolean }> {
  const window = windowOf(filter, TOTALLED_MAX + 1);
  const gross = sql<string>`sum(${window.amountMinor})::text`;
  const refunded = sql<string>`coalesce(sum(${refundTotals.refundedMinor}), 0)::text`;
  const query = database()
    .reading.select({
      currency: window.currency,
      count: sql<string>`count(*)::text`,
      gross,
      refunded,
    })
    .from(ledgerAccounts)
    .crossJoinLateral(window)
    .leftJoin(refundTotals, eq(refundTotals.paymentId, window.id));
  // Who and what it was is looked up only where it is searched for.
  const named =
    filter.text === undefined
      ? query
      : query.innerJoin(orders, eq(orders.id, window.orderId)).innerJoin(users, eq(users.id, window.userId));
  const rows = await named
    .where(and(ownedBy(merchantId, filter), matching(filter.text)))
    .groupBy(window.currency)
    .orderBy(window.currency);
  const totals = rows.map((row) => ({
    currency: row.currency,
    count: Number(row.count),
    grossMinor: BigInt(row.gross),
    refundedMinor: BigInt(row.refunded),
    netMinor: BigInt(row.gross) - BigInt(row.refunded),
  }));
  const isCut =
    filter.text === undefined
      ? totals.some(({ count }) => count > TOTALLED_MAX)
      : (await sightOf(merchantId, filter, TOTALLED_MAX)) !== undefined;
  return { totals, isCut };
}

/** Every sale that fits `filter`, newest first, page after page: never more than one page in memory. */
export async function* salePagesOf(merchantId: string, filter: SalesFilter, pageSize: number) {
  let after: Cursor | undefined;
  do {
    const { entries, next }: Found<Sale> = await searchSalesOf(merchantId, filter, {
      limit: pageSize,
      after,
    });
    yield entries;
    after = next;
  } while (after !== undefined);
}

/** What an account received for orders, newest first: for each account of its own, beside it. */
function windowOf({ from, until }: SalesFilter, rowsMax: number, after?: Cursor) {
  return database()
    .reading.select({
      userId: payments.userId,
      id: payments.id,
      orderId: payments.purposeId,
      amountMinor: payments.amountMinor,
      currency: payments.currency,
      settledAt: payments.settledAt,
    })
    .from(payments)
    .where(
      and(
        eq(payments.payeeAccountId, ledgerAccounts.id),
        eq(payments.status, "succeeded"),
        eq(payments.kind, "order"),
        from && gte(payments.settledAt, from),
        until && lt(payments.settledAt, until),
        after && isAfter(payments.settledAt, payments.id, after),
      ),
    )
    .orderBy(desc(payments.settledAt), desc(payments.id))
    .limit(rowsMax)
    .as("sale");
}

function ownedBy(merchantId: string, { currency }: SalesFilter): SQL | undefined {
  return and(
    eq(ledgerAccounts.ownerId, merchantId),
    currency === undefined ? undefined : eq(ledgerAccounts.currency, currency),
  );
}

function matching(text: string | undefined): SQL | undefined {
  if (text === undefined) return undefined;
  return or(
    ilike(orders.description, containing(text)),
    ilike(users.name, containing(text)),
    eq(users.handle, text.replace(/^@/, "").toLowerCase()),
  );
}

/** The statement that reads sales: of each account at most `rowsMax` before anything is searched for in them. */
export function salesQuery(merchantId: string, filter: SalesFilter, rowsMax: number, after?: Cursor) {
  const window = windowOf(filter, rowsMax, after);
  return database()
    .reading.select({
      sale: {
        id: window.id,
        orderId: window.orderId,
        amountMinor: window.amountMinor,
        currency: window.currency,
        settledAt: window.settledAt,
      },
      description: orders.description,
      buyer: { name: users.name, handle: users.handle },
      refundedMinor: refundTotals.refundedMinor,
    })
    .from(ledgerAccounts)
    .crossJoinLateral(window)
    .innerJoin(orders, eq(orders.id, window.orderId))
    .innerJoin(users, eq(users.id, window.userId))
    .leftJoin(refundTotals, eq(refundTotals.paymentId, window.id))
    .where(and(ownedBy(merchantId, filter), matching(filter.text)))
    .orderBy(desc(window.settledAt), desc(window.id));
}

type SaleRow = Awaited<ReturnType<typeof salesQuery>>[number];

function saleOf({ sale, description, buyer, refundedMinor }: SaleRow): Sale {
  const { id, ...rest } = sale;
  return { paymentId: id, ...rest, description, buyer, refundedMinor: refundedMinor ?? 0n };
}

function placeOf({ settledAt, paymentId }: Sale): Cursor {
  return { at: settledAt, id: paymentId };
}

function isBehind(sale: Sale, place: Cursor): boolean {
  const laterMs = sale.settledAt.getTime() - place.at.getTime();
  return laterMs < 0 || (laterMs === 0 && sale.paymentId < place.id);
}

/** How far somebody sees who reads no more than `rows` sales of an account and one: the newest such place, over all accounts. */
async function sightOf(
  merchantId: string,
  filter: SalesFilter,
  rows: number,
  after?: Cursor,
): Promise<Cursor | undefined> {
  const behind = database()
    .reading.select({ id: payments.id, settledAt: payments.settledAt })
    .from(payments)
    .where(
      and(
        eq(payments.payeeAccountId, ledgerAccounts.id),
        eq(payments.status, "succeeded"),
        eq(payments.kind, "order"),
        filter.from && gte(payments.settledAt, filter.from),
        filter.until && lt(payments.settledAt, filter.until),
        after && isAfter(payments.settledAt, payments.id, after),
      ),
    )
    .orderBy(desc(payments.settledAt), desc(payments.id))
    .offset(rows)
    .limit(1)
    .as("behind");
  const [last] = await database()
    .reading.select({ at: behind.settledAt, id: behind.id })
    .from(ledgerAccounts)
    .crossJoinLateral(behind)
    .where(ownedBy(merchantId, filter))
    .orderBy(desc(behind.settledAt), desc(behind.id))
    .limit(1);
  return last;
}
