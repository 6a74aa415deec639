/** Orders: put once, never changed, ended by a payment or a cancellation. */
import { createHash } from "node:crypto";
import { and, desc, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Order } from "../../lib/api/order.ts";
import type { OrderRequest } from "../../lib/api/requests.ts";
import { MAX_AMOUNT_MINOR } from "../../lib/currency.ts";
import { database } from "../connection/client.ts";
import { type Cursor, isAfter } from "../execution/cursor.ts";
import { untilKnown } from "../execution/until-known.ts";
import { openAccounts } from "../ledger/accounts.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts } from "../schema/ledger.ts";
import { orders } from "../schema/orders.ts";

export type PutOrder =
  | { type: "created" | "same"; order: Order }
  /** The id is taken: by an order that differs, or by somebody else's. */
  | { type: "conflict" }
  /** The merchant has no account in the order's currency. */
  | { type: "no-account" }
  /** The items come to more than the ledger can hold. */
  | { type: "too-large" };

export type CancelOrder = { type: "cancelled"; order: Order } | { type: "paid" } | { type: "not-found" };

/** Σ quantity × amountMinor. */
export function totalOf(items: OrderRequest["items"]): bigint {
  return items.reduce((total, item) => total + BigInt(item.quantity) * BigInt(item.amountMinor), 0n);
}

/** SHA-256 of the order as its merchant put it: in a canonical form. */
export function hashOf(merchantId: string, request: OrderRequest): Buffer {
  const canonical = [
    "once-order-1",
    merchantId,
    request.description,
    request.currency,
    request.items.map((item) => [item.description, item.quantity, item.amountMinor]),
    request.expiresAt === undefined ? null : new Date(request.expiresAt).toISOString(),
  ];
  return createHash("sha256").update(JSON.stringify(canonical)).digest();
}

/**
 * Puts an order under an id of the merchant's choosing. The same order again is "same"; an id is never reused. One
 * arbitrated insert decides; the read that follows is a later statement.
 */
export async function putOrder(merchantId: string, id: string, request: OrderRequest): Promise<PutOrder> {
  const db = database().reading;
  const totalMinor = totalOf(request.items);
  if (totalMinor > MAX_AMOUNT_MINOR) return { type: "too-large" };
  const requestHash = hashOf(merchantId, request);
  const findAccount = () =>
    db
      .select({ id: ledgerAccounts.id })
      .from(ledgerAccounts)
      .where(and(eq(ledgerAccounts.ownerId, merchantId), eq(ledgerAccounts.currency, request.currency)));
  let [account] = await findAccount();
  if (!account) {
    // The currency may have been opened since they signed in last.
    await openAccounts(merchantId);
    [account] = await findAccount();
  }
  if (!account) return { type: "no-account" };
  const inserted = await db
    .insert(orders)
    .values({
      id,
      merchantId,
      merchantAccountId: account.id,
      isRequest: sql`(select role <> 'merchant' from users where id = ${merchantId})`,
      description: request.description,
      currency: request.currency,
      totalMinor,
      items: request.items,
      requestHash,
      expiresAt: request.expiresAt === undefined ? null : new Date(request.expiresAt),
    })
    .onConflictDoNothing({ target: orders.id })
    .returning({ id: orders.id });
  const order = await findOrder(id);
  if (!order) throw new Error(`Bug: order ${id} is neither inserted nor there.`);
  if (inserted.length > 0) return { type: "created", order };
  const [existing] = await db
    .select({ requestHash: orders.requestHash })
    .from(orders)
    .where(eq(orders.id, id));
  return existing?.requestHash.equals(requestHash) ? { type: "same", order } : { type: "conflict" };
}

/**
 * Cancels an order that is not paid, for its merchant or whoever ordered it by a link, durably: afterwards it cannot be paid, not after a crash either. Waits for a settle in
 * flight. Idempotent: to be called again where it throws OutcomeUnknown.
 */
export async function cancelOrder(userId: string, id: string): Promise<CancelOrder> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ verdict: "cancelled" | "paid" | "unknown" }[]>`
      select cancel_order_v1(${userId}, ${id}) as verdict`,
  );
  if (!row) throw new Error("Bug: cancel_order_v1 answered nothing.");
  switch (row.verdict) {
    case "paid":
      return { type: "paid" };
    case "unknown":
      return { type: "not-found" };
    case "cancelled": {
      const order = await findOrder(id);
      if (!order) throw new Error(`Bug: order ${id} is cancelled and not there.`);
      return { type: "cancelled", order };
    }
    default:
      return row.verdict satisfies never;
  }
}

/** One order, whoever asks: its id is what a payer was given. */
export async function findOrder(id: string): Promise<Order | undefined> {
  const [order] = await select(eq(orders.id, id), 1);
  return order;
}

/** Whether an order was put by somebody who was no merchant then: it is a request, and said to be one. */
export async function isRequest(id: string): Promise<boolean> {
  const [order] = await database()
    .reading.select({ isRequest: orders.isRequest })
    .from(orders)
    .where(eq(orders.id, id));
  return order?.isRequest === true;
}

/** Orders that can be paid now, newest first, of any merchant. What people request of each other is not for everybody. */
export function listOpenOrders(limit: number): Promise<Order[]> {
  const open = and(
    eq(orders.isRequest, false),
    isNull(orders.paidBy),
    isNull(orders.cancelledAt),
    or(isNull(orders.expiresAt), gt(orders.expiresAt, sql`now()`)),
  );
  return select(open, limit);
}

/** A merchant's orders, newest first; those after `after`, where it is given. */
export function listOrdersOf(merchantId: string, limit: number, after?: Cursor): Promise<Order[]> {
  const own = eq(orders.merchantId, merchantId);
  return select(after ? and(own, isAfter(orders.createdAt, orders.id, after)) : own, limit);
}

/** Whether the time in which an order can be paid is over, as the database's clock has it. */
export const isExpired = sql<boolean>`coalesce(${orders.expiresAt} <= now(), false)`;

async function select(where: SQL | undefined, limit: number): Promise<Order[]> {
  const rows = await database()
    .reading.select({
      order: orders,
      merchantName: users.name,
      merchantHandle: users.handle,
      expired: isExpired,
    })
    .from(orders)
    .innerJoin(users, eq(users.id, orders.merchantId))
    .where(where)
    .orderBy(desc(orders.createdAt), desc(orders.id))
    .limit(limit);
  return rows.map(orderOf);
}

/** An order as the pages and the API show it. */
export function orderOf({
  order,
  merchantName,
  merchantHandle,
  expired,
}: {
  order: typeof orders.$inferSelect;
  merchantName: string;
  merchantHandle: string;
  expired: boolean;
}): Order {
  return {
    id: order.id,
    merchant: { id: order.merchantId, name: merchantName, handle: merchantHandle },
    description: order.description,
    currency: order.currency,
    totalMinor: order.totalMinor.toString(),
    items: order.items,
    state:
      order.paidBy !== null
        ? "paid"
        : order.cancelledAt !== null
          ? "cancelled"
          : expired
            ? "expired"
            : "open",
    ...(order.paidBy !== null && order.paidByUserId !== null
      ? { paidBy: { userId: order.paidByUserId, paymentId: order.paidBy } }
      : {}),
    ...(order.expiresAt === null ? {} : { expiresAt: order.expiresAt.toISOString() }),
    createdAt: order.createdAt.toISOString(),
  };
}
