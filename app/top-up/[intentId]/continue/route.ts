import { continueRoute } from "@/server/pay/plain-form";
import { TOP_UP_FORM } from "@/server/pay/top-up-form";

/** "Continue" without JavaScript: issues the top-up's key and leads to the form that holds it. */
export const POST = continueRoute("POST /top-up/[intentId]/continue", TOP_UP_FORM);
