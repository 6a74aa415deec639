import { continueRoute } from "@/server/pay/plain-form";
import { TRANSFER_FORM } from "@/server/pay/transfer-form";

/** "Continue" without JavaScript: issues the transfer's key and leads to the form that holds it. */
export const POST = continueRoute("POST /send/[intentId]/continue", TRANSFER_FORM);
