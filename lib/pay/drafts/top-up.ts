/** What somebody wants to top up by (demo only): as they type it, and as the query of the page where it is paid. */
import { z } from "zod";
import { amountFields, withAmount } from "../../form/amount.ts";
import type { Payload } from "../state.ts";

/** The form, for who reads `locale`. */
export function topUpForm(locale: string) {
  return withAmount(z.object(amountFields), locale);
}

/** The fields of a top-up that stand in addresses: a request of the API, word for word. */
export const TOP_UP_FIELDS = ["amountMinor", "currency"] as const;

/** The page that names the top-up before it is paid. `despite`: those that were asked about. */
export function topUpReviewPath(place: string, payload: Payload, despite?: string): string {
  return `${place}/review?${new URLSearchParams({ ...payload, ...(despite && { despite }) })}`;
}
