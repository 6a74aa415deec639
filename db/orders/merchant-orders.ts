/** A merchant's own orders, with who paid them: for their pages. */
import { and, desc, eq, ilike, inArray, isNotNull, isNull, not, or, type SQL, sql } from "drizzle-orm";
import type { Order, OrderState } from "../../lib/api/order.ts";
import { database } from "../connection/client.ts";
import { type Cursor, type Found, isAfter, type Search } from "../execution/cursor.ts";
import { containing } from "../execution/like.ts";
import { users } from "../schema/auth.ts";
import { orders } from "../schema/orders.ts";
import { refundTotals } from "../schema/payments.ts";
import { isExpired, orderOf } from "./orders.ts";

export type MerchantOrder = {
  order: Order;
  /** Who paid it. */
  buyer?: { name: string; handle: string };
  /** What of it was paid back, in minor units of its currency; absent where nothing was. */
  refundedMinor?: bigint;
  /** The link that it was made by, and who used it. */
  byLink?: { linkId: string; name: string; handle: string };
};

export type OrderFilter = {
  state?: OrderState | undefined;
  linkId?: string | undefined;
  text?: string | undefined;
};

/** A search reads no more orders than this, in a few tens of milliseconds; who wants more goes on from there. */
const SEARCHED_MAX = 20_000;

/** A merchant's orders, newest first, that fit `filter`. */
export async function searchOrdersOf(
  merchantId: string,
  { state, linkId, text }: OrderFilter,
  { limit, after }: Search,
): Promise<Found<MerchantOrder>> {
  const own = and(
    eq(orders.merchantId, merchantId),
    linkId === undefined ? undefined : eq(orders.paymentLinkId, linkId),
    after && isAfter(orders.createdAt, orders.id, after),
  );
  const isSearch = state !== undefined || text !== undefined;
  const window = database()
    .reading.select({ id: orders.id })
    .from(orders)
    .where(own)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(isSearch ? SEARCHED_MAX : limit + 1);
  const matching = and(
    inArray(orders.id, window),
    state && inState(state),
    text === undefined ? undefined : or(ilike(orders.description, containing(text)), ofSomebodyCalled(text)),
  );
  const found = await select(matching, limit + 1);
  const entries = found.slice(0, limit);
  if (found.length > limit) return { entries, next: placeOf(entries.at(-1)), isCut: false };
  const end = isSearch ? await endOfWindow(own) : undefined;
  return { entries, next: end, isCut: end !== undefined };
}

/** One of a merchant's own orders; somebody else's is not found. */
export async function findMerchantOrder(merchantId: string, id: string): Promise<MerchantOrder | undefined> {
  const [found] = await select(and(eq(orders.id, id), eq(orders.merchantId, merchantId)), 1);
  return found;
}

function inState(state: OrderState): SQL | undefined {
  const isUnpaid = isNull(orders.paidBy);
  switch (state) {
    case "open":
      return and(isUnpaid, isNull(orders.cancelledAt), not(isExpired));
    case "expired":
      return and(isUnpaid, isNull(orders.cancelledAt), isExpired);
    case "cancelled":
      return isNotNull(orders.cancelledAt);
    case "paid":
      return isNotNull(orders.paidBy);
    default:
      return state satisfies never;
  }
}

/** The last order that a search reads, where there may be more behind it. */
async function endOfWindow(own: SQL | undefined): Promise<Cursor | undefined> {
  const [last] = await database()
    .reading.select({ at: orders.createdAt, id: orders.id })
    .from(orders)
    .where(own)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .offset(SEARCHED_MAX - 1)
    .limit(1);
  return last;
}

function placeOf(one: MerchantOrder | undefined): Cursor | undefined {
  return one && { at: new Date(one.order.createdAt), id: one.order.id };
}

/** Whether somebody who paid the order, or began it by a link, goes by `text`. */
function ofSomebodyCalled(text: string): SQL {
  return sql`exists (select 1 from ${users} person
    where person.id in (${orders.paidByUserId}, ${orders.orderedBy})
      and (person.name ilike ${containing(text)} or person.handle = ${text.replace(/^@/, "").toLowerCase()}))`;
}

async function select(where: SQL | undefined, limit: number): Promise<MerchantOrder[]> {
  const db = database().reading;
  const rows = await db
    .select({
      order: orders,
      merchantName: users.name,
      merchantHandle: users.handle,
      expired: isExpired,
      refundedMinor: refundTotals.refundedMinor,
    })
    .from(orders)
    .innerJoin(users, eq(users.id, orders.merchantId))
    .leftJoin(refundTotals, eq(refundTotals.paymentId, orders.paidBy))
    .where(where)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit);
  const ids = new Set(rows.flatMap(({ order }) => [order.paidByUserId, order.orderedBy]));
  ids.delete(null);
  const people = await db
    .select({ id: users.id, name: users.name, handle: users.handle })
    .from(users)
    .where(inArray(users.id, [...ids].map(String)));
  const personOf = (id: string | null) => {
    const found = people.find((one) => one.id === id);
    return found && { name: found.name, handle: found.handle };
  };
  return rows.map((row) => {
    const [buyer, visitor] = [personOf(row.order.paidByUserId), personOf(row.order.orderedBy)];
    const linkId = row.order.paymentLinkId;
    return {
      order: orderOf(row),
      ...(buyer && { buyer }),
      ...(row.refundedMinor && { refundedMinor: row.refundedMinor }),
      ...(linkId !== null && visitor && { byLink: { linkId, ...visitor } }),
    };
  });
}
