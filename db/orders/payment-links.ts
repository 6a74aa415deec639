/** Payment links: put once, never changed, closed by their merchant. Each use makes an order of its own. */
import { createHash } from "node:crypto";
import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { OrderItem } from "../../lib/api/order.ts";
import { MAX_AMOUNT_MINOR } from "../../lib/currency.ts";
import { itemsTimes, type PaymentLink, type PaymentLinkRequest } from "../../lib/orders/payment-link.ts";
import { database } from "../connection/client.ts";
import { type Cursor, isAfter } from "../execution/cursor.ts";
import { untilKnown } from "../execution/until-known.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts } from "../schema/ledger.ts";
import { paymentLinks } from "../schema/payment-links.ts";
import { hashOf, totalOf } from "./orders.ts";

export type PutPaymentLink =
  | { type: "created" | "same"; link: PaymentLink }
  /** The id is taken: by a link that differs, or by somebody else's. */
  | { type: "conflict" }
  /** The merchant has no account in the link's currency. */
  | { type: "no-account" }
  /** The items, as often as they may be bought at once, come to more than the ledger can hold. */
  | { type: "too-large" };

/** A use of a link: who uses it, the intent that their page made, and how many times the items. */
export type LinkUse = { userId: string; intentId: string; quantity: number };

export type OrderByLink =
  | { type: "created" | "same"; orderId: string }
  | { type: "closed" }
  /** There are too many unpaid orders of this user by this link; the newest of them. */
  | { type: "capped"; orderId: string }
  | { type: "not-found" };

/**
 * Whoever begins a purchase this often without paying or being done with it pays or cancels one of those first. More would fill
 * the merchant's list, whoever presses.
 */
export const UNPAID_ORDERS_MAX = 10;

/** SHA-256 of the link as its merchant put it. */
function hashOfLink(merchantId: string, { quantityMax, ...request }: PaymentLinkRequest): Buffer {
  const canonical = ["once-payment-link-1", hashOf(merchantId, request).toString("hex"), quantityMax ?? null];
  return createHash("sha256").update(JSON.stringify(canonical)).digest();
}

/** Puts a link under an id that its merchant's form has made: the same again is "same", and an id is never reused. */
export async function putPaymentLink(
  merchantId: string,
  id: string,
  request: PaymentLinkRequest,
): Promise<PutPaymentLink> {
  const db = database().reading;
  const totalMinor = totalOf(request.items);
  if (totalOf(itemsTimes(request.items, request.quantityMax ?? 1)) > MAX_AMOUNT_MINOR)
    return { type: "too-large" };
  const requestHash = hashOfLink(merchantId, request);
  const [account] = await db
    .select({ id: ledgerAccounts.id })
    .from(ledgerAccounts)
    .where(and(eq(ledgerAccounts.ownerId, merchantId), eq(ledgerAccounts.currency, request.currency)));
  if (!account) return { type: "no-account" };
  const { description, currency, items, quantityMax } = request;
  const inserted = await db
    .insert(paymentLinks)
    .values({
      id,
      merchantId,
      description,
      currency,
      items,
      totalMinor,
      quantityMax: quantityMax ?? null,
      requestHash,
    })
    .onConflictDoNothing({ target: paymentLinks.id })
    .returning({ id: paymentLinks.id });
  const link = await findPaymentLink(id);
  if (!link) throw new Error(`Bug: payment link ${id} is neither inserted nor there.`);
  if (inserted.length > 0) return { type: "created", link };
  const [existing] = await db
    .select({ requestHash: paymentLinks.requestHash })
    .from(paymentLinks)
    .where(eq(paymentLinks.id, id));
  return existing?.requestHash.equals(requestHash) ? { type: "same", link } : { type: "conflict" };
}

/** One link, whoever asks: its id is what everybody is given. */
export async function findPaymentLink(id: string): Promise<PaymentLink | undefined> {
  const [found] = await select(eq(paymentLinks.id, id), 1);
  return found;
}

/** A merchant's links, newest first; those after `after`, where it is given. */
export function listPaymentLinksOf(
  merchantId: string,
  limit: number,
  after?: Cursor,
): Promise<PaymentLink[]> {
  const own = eq(paymentLinks.merchantId, merchantId);
  return select(after ? and(own, isAfter(paymentLinks.createdAt, paymentLinks.id, after)) : own, limit);
}

/**
 * Closes a link, durably: no order is made by it afterwards. Orders that were made before can still be paid. Idempotent: to
 * be called again where it throws OutcomeUnknown.
 */
export async function closePaymentLink(merchantId: string, id: string): Promise<"closed" | "not-found"> {
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ verdict: "closed" | "unknown" }[]>`
      select close_payment_link_v1(${merchantId}, ${id}) as verdict`,
  );
  if (!row) throw new Error("Bug: close_payment_link_v1 answered nothing.");
  return row.verdict === "closed" ? "closed" : "not-found";
}

/**
 * Makes the order of one use of a link: the id follows from link, user, intent and quantity, so the same use again is the
 * same order, also where the link was closed meanwhile. Idempotent: to be called again where it throws OutcomeUnknown.
 */
export async function orderByLink(link: PaymentLink, use: LinkUse): Promise<OrderByLink> {
  const orderId = orderIdOf(link.id, use);
  const items: OrderItem[] = itemsTimes(link.items, use.quantity);
  const { description, currency } = link;
  const hash = hashOf(link.merchant.id, { description, currency, items });
  const [row] = await untilKnown(
    "keys",
    (sql) => sql<{ verdict: "created" | "same" | "closed" | "capped" | "unknown" }[]>`
      select order_by_link_v1(${link.id}, ${use.userId}, ${orderId}, ${JSON.stringify(items)}::text::jsonb,
                              ${totalOf(items).toString()}::bigint, ${hash}, ${UNPAID_ORDERS_MAX}) as verdict`,
  );
  if (!row) throw new Error("Bug: order_by_link_v1 answered nothing.");
  switch (row.verdict) {
    case "created":
    case "same":
      return { type: row.verdict, orderId };
    case "closed":
      return { type: "closed" };
    case "unknown":
      return { type: "not-found" };
    case "capped": {
      const newest = await newestUnpaid(link.id, use.userId);
      return { type: "capped", orderId: newest ?? orderId };
    }
    default:
      return row.verdict satisfies never;
  }
}

async function newestUnpaid(linkId: string, userId: string): Promise<string | undefined> {
  const [newest] = await database().readingSql<{ id: string }[]>`
    select id from orders
     where payment_link_id = ${linkId} and ordered_by = ${userId} and paid_by is null and cancelled_at is null
     order by created_at desc limit 1`;
  return newest?.id;
}

/**
 * The order that a use of a link makes, or has made. A UUID of our own making (version 8, RFC 9562 §5.8), from a hash: nobody
 * meets it who did not use this link.
 */
export function orderIdOf(linkId: string, { userId, intentId, quantity }: LinkUse): string {
  const seed = JSON.stringify(["once-order-by-link-1", linkId, userId, intentId, quantity]);
  const hex = createHash("sha256").update(seed).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function select(where: SQL | undefined, limit: number): Promise<PaymentLink[]> {
  const rows = await database()
    .reading.select({
      link: paymentLinks,
      merchantName: users.name,
      merchantHandle: users.handle,
      // As `order_by_link_v1` decides it: nobody buys from who is frozen, or is no merchant any more.
      maySell: sql<boolean>`${users.role} = 'merchant' and ${users.frozenAt} is null`,
    })
    .from(paymentLinks)
    .innerJoin(users, eq(users.id, paymentLinks.merchantId))
    .where(where)
    .orderBy(desc(paymentLinks.createdAt), desc(paymentLinks.id))
    .limit(limit);
  return rows.map(({ link, merchantName, merchantHandle, maySell }) => ({
    id: link.id,
    merchant: { id: link.merchantId, name: merchantName, handle: merchantHandle },
    description: link.description,
    currency: link.currency,
    items: link.items,
    totalMinor: link.totalMinor.toString(),
    ...(link.quantityMax === null ? {} : { quantityMax: link.quantityMax }),
    state: link.closedAt !== null ? "closed" : maySell ? "open" : "suspended",
    createdAt: link.createdAt.toISOString(),
  }));
}
