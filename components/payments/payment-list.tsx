import type { Payment } from "@/lib/api/payment";

export type ListedPayment = {
  payment: Payment;
  payer: { id?: string; name: string };
  payee: { id?: string; name: string };
  orderDescription?: string;
};
