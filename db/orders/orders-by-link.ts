/** What one person has ordered by a payment link before: reads only. */
import type { OrderOfLink } from "../../lib/orders/payment-link.ts";
import { database } from "../connection/client.ts";
import { UNPAID_ORDERS_MAX } from "./payment-links.ts";

/** Of all that were made, as many as somebody looks through who wonders whether they have ordered before. */
const SHOWN_MAX = 5;

/**
 * The latest orders that `userId` has made by the link, and all that are not paid, newest first, without the cancelled ones.
 * Everybody else's are absent, whatever is asked. `orderId` is looked at beside them, however old it is, where it is one of theirs by this link.
 */
export async function listOrdersByLink(
  linkId: string,
  userId: string,
  orderId?: string,
): Promise<OrderOfLink[]> {
  // The payment is read by its whole primary key: it lies under whoever paid.
  const rows = await database().readingSql<
    {
      id: string;
      total: string;
      paidBy: string | null;
      paidByUserId: string | null;
      settledAt: Date | null;
    }[]
  >`
    with latest as (
      (select id from orders
        where payment_link_id = ${linkId} and ordered_by = ${userId} and cancelled_at is null
        order by created_at desc limit ${SHOWN_MAX})
      union
      (select id from orders
        where payment_link_id = ${linkId} and ordered_by = ${userId} and cancelled_at is null and paid_by is null
        order by created_at desc limit ${UNPAID_ORDERS_MAX})
      union
      select id from orders
       where id = ${orderId ?? null} and payment_link_id = ${linkId} and ordered_by = ${userId} and cancelled_at is null)
    select o.id, o.total_minor::text as total, o.paid_by as "paidBy", o.paid_by_user_id as "paidByUserId",
           p.settled_at as "settledAt"
      from latest join orders o using (id)
      left join payments p on p.user_id = o.paid_by_user_id and p.id = o.paid_by
     order by o.created_at desc`;
  return rows.map(({ id, total, paidBy, paidByUserId, settledAt }) => ({
    id,
    totalMinor: total,
    ...(paidBy === null || paidByUserId === null || settledAt === null
      ? {}
      : { paid: { paymentId: paidBy, byUserId: paidByUserId, at: new Date(settledAt).toISOString() } }),
  }));
}
