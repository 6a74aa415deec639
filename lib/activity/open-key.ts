/** An open key as its user sees it: a form that they opened, or a payment that is on its way. */
import { placeOf } from "../pay/place.ts";

export type OpenKey = {
  key: string;
  kind: string;
  /** The order, or the form instance. */
  purposeId: string;
  /** The payment to be refunded. */
  subjectId: string | null;
  order: { description: string; amountMinor: bigint; currency: string } | null;
  merchant: { name: string; handle: string } | null;
  /** How many requests with it have arrived, and when the last one did. */
  arrivals: number;
  lastArrivedAt: Date | null;
  /** Whether what became of one of them is not known. Otherwise each was told why it was not accepted. */
  isChecking: boolean;
};

/** The page that the form of an open key stands on; undefined where only a newer build knows its kind. */
export function formOf({ kind, purposeId, subjectId }: OpenKey): string | undefined {
  switch (kind) {
    case "order":
      return placeOf({ kind, orderId: purposeId });
    case "transfer":
    case "top-up":
      return placeOf({ kind, intentId: purposeId });
    case "refund":
      return placeOf({ kind, intentId: purposeId, paymentId: subjectId ?? "" });
    default:
      return undefined;
  }
}
