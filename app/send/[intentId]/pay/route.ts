import { plainPayRoute } from "@/server/pay/plain-form";
import { TRANSFER_FORM } from "@/server/pay/transfer-form";

/** Pay without JavaScript: a plain form to the same use case. One that may be a second time is asked about. */
export const POST = plainPayRoute("POST /send/[intentId]/pay", TRANSFER_FORM);
