import { REFUND_FORM } from "@/server/orders/refund-page";
import { plainPayRoute } from "@/server/pay/plain-form";

/** The refund without JavaScript: a plain form to the same use case. Posted twice, it leads to the same receipt twice. */
export const POST = plainPayRoute("POST /payments/[id]/refund/[intentId]/pay", REFUND_FORM);
