/** What an operator types to ask for a correction. */
import { z } from "zod";
import { amountFields, withAmount } from "../form/amount.ts";
import { reason } from "./reason.ts";

const account = z
  .string()
  .catch("")
  .transform((typed) => typed.trim())
  .refine((typed) => typed !== "", "account_empty");

/**
 * An id as forms make it, a UUID v4. The audit log keeps what was asked under this id, and payments of operators under their keys,
 * v7: a request that had taken the id of an open key would keep that key from ever being settled.
 */
const requestId = z.uuidv4("must be a UUID v4").overwrite((value) => value.toLowerCase());

/**
 * From which account to which, how much and why, typed by somebody who reads `locale` where the form does not say so. `id` is made
 * with the page, so that the form sent twice asks once. The messages of issues are codes.
 */
export function adjustmentForm(locale: string) {
  return withAmount(
    z.object({ ...amountFields, id: requestId, debit: account, credit: account, reason }),
    locale,
  );
}
