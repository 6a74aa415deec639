import { ORDER_FORM } from "@/server/pay/order-form";
import { continueRoute } from "@/server/pay/plain-form";

/** "Continue" without JavaScript: issues the order's key and leads to the form that holds it. */
export const POST = continueRoute("POST /checkout/[orderId]/continue", ORDER_FORM);
