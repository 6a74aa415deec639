import { plainPayRoute } from "@/server/pay/plain-form";
import { TOP_UP_FORM } from "@/server/pay/top-up-form";

/** Top up without JavaScript: a plain form to the same use case. Outside the demo nothing is executed. */
export const POST = plainPayRoute("POST /top-up/[intentId]/pay", TOP_UP_FORM);
