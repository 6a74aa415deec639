/** Sending money without script: the fields of the transfer travel along. */
import { TRANSFER_FIELDS, transferReviewPath } from "@/lib/pay/drafts/transfer";
import type { PlainForm } from "./plain-form.ts";

export const TRANSFER_FORM: PlainForm<{ intentId: string }> = {
  purposeOf: ({ intentId }) => ({ kind: "transfer", intentId }),
  carried: TRANSFER_FIELDS,
  beginsAt: (place, carried, { despite }) => transferReviewPath(place, carried, despite),
};
