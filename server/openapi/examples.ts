/** One small story that all examples tell: Alice pays Bluebird Coffee 38 dollars for an order. */
import type { Order } from "@/lib/api/order";
import type { Payment } from "@/lib/api/payment";
import type { IssuedKey } from "@/lib/api/responses";

export const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
export const ORDER_ID = "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11";
export const INTENT_ID = "8a6f2f0c-2d1b-4a7e-8a58-6f1c6a4f0b42";
const ALICE = "4d5e6f70-8192-4a3b-8c4d-5e6f708192a3";
const ALICE_ACCOUNT = "3f1c8a52-7a4e-4a8d-9f0e-1d2c3b4a5968";
const MIA = "0d3f9c88-5a0c-4d1e-8f7a-5b6c7d8e9fa0";
const MIA_ACCOUNT = "c2a1b0d9-8e7f-4a6b-9c5d-4e3f2a1b0c9d";

export const PAID: Payment = {
  id: KEY,
  kind: "order",
  status: "succeeded",
  amountMinor: "3800",
  currency: "USD",
  payerAccountId: ALICE_ACCOUNT,
  payeeAccountId: MIA_ACCOUNT,
  orderId: ORDER_ID,
  settledAt: "2026-03-02T09:41:07.218Z",
};

export const DECLINED: Payment = { ...PAID, status: "declined", declineCode: "insufficient_funds" };

export const TRANSFERRED: Payment = {
  id: "019ab3c5-1f02-7c44-8d0e-9a3b5c7d1e2f",
  kind: "transfer",
  status: "succeeded",
  amountMinor: "1250",
  currency: "USD",
  payerAccountId: ALICE_ACCOUNT,
  payeeAccountId: "9b8a7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
  note: "Lunch",
  settledAt: "2026-03-02T12:30:00.004Z",
};

export const REFUNDED: Payment = {
  id: "019ab3d0-77aa-7b31-9a6c-2f4e6d8c0b1a",
  kind: "refund",
  status: "succeeded",
  amountMinor: "1900",
  currency: "USD",
  payerAccountId: MIA_ACCOUNT,
  payeeAccountId: ALICE_ACCOUNT,
  refundOf: KEY,
  note: "One bag was torn",
  settledAt: "2026-03-03T08:00:00.000Z",
};

export const TOPPED_UP: Payment = {
  id: "019ab3b0-0c1d-7e2f-8a3b-4c5d6e7f8091",
  kind: "top-up",
  status: "succeeded",
  amountMinor: "500000",
  currency: "USD",
  payerAccountId: "00000000-0000-4000-8000-000000000001",
  payeeAccountId: ALICE_ACCOUNT,
  settledAt: "2026-03-01T10:00:00.000Z",
};

export const ISSUED: IssuedKey = {
  key: KEY,
  purpose: { kind: "order", orderId: ORDER_ID },
  state: "open",
  expiresAt: "2026-03-03T09:40:55.120Z",
};

export const ORDER: Order = {
  id: ORDER_ID,
  merchant: { id: MIA, name: "Bluebird Coffee", handle: "mia" },
  description: "House espresso",
  currency: "USD",
  totalMinor: "3800",
  items: [{ description: "House espresso, 1 kg", quantity: 2, amountMinor: "1900" }],
  state: "open",
  createdAt: "2026-03-02T09:38:12.000Z",
};

export const PAID_ORDER: Order = { ...ORDER, state: "paid", paidBy: { userId: ALICE, paymentId: KEY } };
export const CANCELLED_ORDER: Order = { ...ORDER, state: "cancelled" };

export const ACCOUNTS = {
  accounts: [
    { id: ALICE_ACCOUNT, currency: "USD", balanceMinor: "1000000" },
    { id: "6c5d4e3f-2a1b-4c0d-9e8f-7a6b5c4d3e2f", currency: "JPY", balanceMinor: "150000" },
  ],
};
