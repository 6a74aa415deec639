/** What an operator types to ask for a correction. */
import { z } from "zod";
import { uuid } from "../api/requests.ts";
import { amountFields, withAmount } from "../form/amount.ts";
import { reason } from "./reason.ts";

const account = z
  .string()
  .catch("")
  .transform((typed) => typed.trim())
  .refine((typed) => typed !== "", "account_empty");

/**
 * From which account to which, how much and why, typed by somebody who reads `locale` where the form does not say so. `id` is made
 * with the page, so that the form sent twice asks once. The messages of issues are codes.
 */
export function adjustmentForm(locale: string) {
  return withAmount(z.object({ ...amountFields, id: uuid, debit: account, credit: account, reason }), locale);
}
