/**
 * A payment link: what a merchant asks for again and again. It never changes; it is open until its merchant closes it. Each
 * use makes an order of its own.
 */
import { z } from "zod";
import type { OrderItem } from "../api/order.ts";
import { orderRequest } from "../api/requests.ts";

/** More of the same than anybody buys at once on a page; a larger order is put by a program. */
export const QUANTITY_MAX = 1_000;

export const paymentLinkRequest = orderRequest.omit({ expiresAt: true }).extend({
  /** How many times the items may be bought at once; absent: once. */
  quantityMax: z.int().min(2).max(QUANTITY_MAX).optional(),
});
export type PaymentLinkRequest = z.infer<typeof paymentLinkRequest>;

export type PaymentLink = {
  id: string;
  merchant: { id: string; name: string; handle: string };
  description: string;
  currency: string;
  items: OrderItem[];
  /** Σ quantity × amountMinor of the items, for a quantity of one. */
  totalMinor: string;
  /** At least 2; absent where the buyer has no choice. */
  quantityMax?: number;
  /** `suspended`: not closed, but its merchant is frozen, or sells no more, and nothing can be ordered or paid until that is over. */
  state: "open" | "suspended" | "closed";
  /** ISO 8601, UTC. */
  createdAt: string;
};

/** What somebody has ordered by a link before: paid, by them or by somebody else, or open. */
export type OrderOfLink = {
  id: string;
  totalMinor: string;
  /** `at`: ISO 8601, UTC. */
  paid?: { paymentId: string; byUserId: string; at: string };
};

/** The items, `quantity` times. */
export function itemsTimes(items: readonly OrderItem[], quantity: number): OrderItem[] {
  return items.map((item) => ({ ...item, quantity: item.quantity * quantity }));
}

/** The quantity that was asked for where the link allows it; undefined where it does not, or where it is no number. */
export function allowedQuantity(link: Pick<PaymentLink, "quantityMax">, asked: string | null | undefined) {
  if (asked === null || asked === undefined || asked === "") return 1;
  if (!/^[1-9][0-9]{0,3}$/.test(asked)) return undefined;
  const quantity = Number(asked);
  return quantity <= (link.quantityMax ?? 1) ? quantity : undefined;
}
