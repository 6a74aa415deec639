/** Where a purpose is paid: on which page of ours, and at which address of the API. */
import type { Purpose } from "../api/payment.ts";

/**
 * The page that the purpose's form stands on, or begins at. Below it lie the addresses of the form without script:
 * `/continue`, `/form` and `/pay`.
 */
export function placeOf(purpose: Purpose): string {
  switch (purpose.kind) {
    case "order":
      return `/checkout/${purpose.orderId}`;
    case "transfer":
      return `/send/${purpose.intentId}`;
    case "refund":
      return `/payments/${purpose.paymentId}/refund/${purpose.intentId}`;
    case "top-up":
      return `/top-up/${purpose.intentId}`;
    default:
      return purpose satisfies never;
  }
}

/** The address of the API that pays for the purpose: it takes the same payload and key as the page's own action. */
export function endpointOf(purpose: Purpose): string {
  switch (purpose.kind) {
    case "order":
    case "transfer":
      return "/api/payments";
    case "refund":
      return `/api/payments/${purpose.paymentId}/refunds`;
    case "top-up":
      return "/api/top-ups";
    default:
      return purpose satisfies never;
  }
}
