/** What somebody who is no merchant asks others to pay: as they type it. It becomes an order of one item. */
import { z } from "zod";
import type { OrderRequest } from "../../api/requests.ts";
import { amountFields, withAmount } from "../../form/amount.ts";
import { WRITTEN_IN } from "../../form/written-in.ts";
import { optionalNote } from "../../text/optional-note.ts";

/** The form, for who reads `locale`. */
export function requestForm(locale: string) {
  return withAmount(
    z.object({
      description: optionalNote("description").refine((text) => text !== undefined, "description_empty"),
      ...amountFields,
    }),
    locale,
  );
}

/** The fields of the form, in the order that its errors are told in. */
export const REQUEST_FIELDS = ["description", "amount", "currency", WRITTEN_IN] as const;

/** The request as the order that it is: paid once at most, cancelled or not, and never changed. */
export function orderOfRequest({
  description = "",
  amountMinor,
  currency,
}: {
  description?: string | undefined;
  amountMinor: string;
  currency: string;
}): OrderRequest {
  return { description, currency, items: [{ description, quantity: 1, amountMinor }] };
}
