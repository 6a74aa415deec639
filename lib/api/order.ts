/** An order as the pages and the API show it. An order is immutable; only its state moves, from open to one end. */
export type OrderItem = { description: string; quantity: number; amountMinor: string };

export const ORDER_STATES = ["open", "paid", "cancelled", "expired"] as const;
export type OrderState = (typeof ORDER_STATES)[number];

export type Order = {
  id: string;
  merchant: { id: string; name: string; handle: string };
  description: string;
  currency: string;
  /** Σ quantity × amountMinor of the items. */
  totalMinor: string;
  items: OrderItem[];
  state: OrderState;
  /** Set where the order is paid: who asked to pay, and by which payment. */
  paidBy?: { userId: string; paymentId: string };
  /** ISO 8601, UTC. */
  expiresAt?: string;
  createdAt: string;
};
