/** Topping up without script, in the demo: the amount travels along. */
import { TOP_UP_FIELDS, topUpReviewPath } from "@/lib/pay/drafts/top-up";
import type { PlainForm } from "./plain-form.ts";

export const TOP_UP_FORM: PlainForm<{ intentId: string }> = {
  purposeOf: ({ intentId }) => ({ kind: "top-up", intentId }),
  carried: TOP_UP_FIELDS,
  beginsAt: (place, carried, { despite }) => topUpReviewPath(place, carried, despite),
};
