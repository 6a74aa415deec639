/** The checkout of an order as a plain form: its order tells all that is paid. */
import { type PlainForm, pathWith } from "./plain-form.ts";

export const ORDER_FORM: PlainForm<{ orderId: string }> = {
  purposeOf: ({ orderId }) => ({ kind: "order", orderId }),
  carried: [],
  beginsAt: (place, _, beside) => pathWith(place, beside),
};
