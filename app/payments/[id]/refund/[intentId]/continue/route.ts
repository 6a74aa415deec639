import { REFUND_FORM } from "@/server/orders/refund-page";
import { continueRoute } from "@/server/pay/plain-form";

/** "Continue" without JavaScript: issues the refund's key and leads to the form that holds it. */
export const POST = continueRoute("POST /payments/[id]/refund/[intentId]/continue", REFUND_FORM);
