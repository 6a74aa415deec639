/** The checkout of an order as a plain form: its order tells all that is paid. */
import type { PlainForm } from "./plain-form.ts";

export const ORDER_FORM: PlainForm<{ orderId: string }> = {
  purposeOf: ({ orderId }) => ({ kind: "order", orderId }),
  carried: [],
  beginsAt: (place) => place,
};
