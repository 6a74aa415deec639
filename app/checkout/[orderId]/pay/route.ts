import { ORDER_FORM } from "@/server/pay/order-form";
import { plainPayRoute } from "@/server/pay/plain-form";

/** Pay without JavaScript: a plain form to the same use case. Posted twice, it leads to the same receipt twice. */
export const POST = plainPayRoute("POST /checkout/[orderId]/pay", ORDER_FORM);
